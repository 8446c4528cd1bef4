#include "CVectorKernels.h"
#include "reductions.h"

// y = e^(x − largest) of one row; the sum of y.
VK_INLINE float exponentials(const float *x, float largest, float *y, size_t n) {
  VK_INDEPENDENT
  for (size_t j = 0; j < n; j++) y[j] = vk_exp_of(x[j] - largest);
  return vk_sum_of(y, n);
}

VK_KERNEL void vk_softmax_rows(const float *x, float *y, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i++) {
    const float *xi = x + i * columns;
    float *yi = y + i * columns;
    const float total = exponentials(xi, vk_max_of(xi, columns), yi, columns);
    const float factor = 1.0f / total;
    VK_INDEPENDENT
    for (size_t j = 0; j < columns; j++) yi[j] *= factor;
  }
}

VK_KERNEL void vk_softmax_rows_backward(const float *y, const float *dy, float *dx, size_t rows,
                                        size_t columns, float a, int accumulate) {
  for (size_t i = 0; i < rows; i++) {
    const float *yi = y + i * columns;
    const float *dyi = dy + i * columns;
    float *dxi = dx + i * columns;
    const float mean = vk_dot_of(yi, dyi, columns);
    VK_INDEPENDENT
    for (size_t j = 0; j < columns; j++)
      dxi[j] = (accumulate ? dxi[j] : 0.0f) + a * yi[j] * (dyi[j] - mean);
  }
}

VK_INLINE float squared_deviations(const float *x, float mean, size_t n) {
#pragma clang fp reassociate(on) contract(fast)
  float total = 0.0f;
  for (size_t j = 0; j < n; j++) total += (x[j] - mean) * (x[j] - mean);
  return total;
}

VK_KERNEL void vk_layer_norm(const float *x, const float *residual, const float *scale,
                             const float *shift, float epsilon, float *y, float *mean,
                             float *reciprocal, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i++) {
    const float *s = x + i * columns;
    float *yi = y + i * columns;
    if (residual) {
      const float *xi = x + i * columns;
      const float *ri = residual + i * columns;
      VK_INDEPENDENT
      for (size_t j = 0; j < columns; j++) yi[j] = xi[j] + ri[j];
      s = yi;
    }
    const float mu = vk_sum_of(s, columns) / (float)columns;
    const float variance = squared_deviations(s, mu, columns) / (float)columns;
    const float rho = 1.0f / vk_sqrt_of(variance + epsilon);
    VK_INDEPENDENT
    for (size_t j = 0; j < columns; j++) yi[j] = (s[j] - mu) * rho * scale[j] + shift[j];
    mean[i] = mu;
    reciprocal[i] = rho;
  }
}

// Σ g_j and Σ g_j n_j with g = dy · scale and n = (s − μ) ρ, s = x + residual.
VK_INLINE void norm_sums(const float *x, const float *r, const float *scale, const float *dy,
                         float mu, float rho, size_t n, float *sum_g, float *sum_gn) {
#pragma clang fp reassociate(on) contract(fast)
  float a = 0.0f;
  float b = 0.0f;
  for (size_t j = 0; j < n; j++) {
    const float g = dy[j] * scale[j];
    const float s = r ? x[j] + r[j] : x[j];
    a += g;
    b += g * ((s - mu) * rho);
  }
  *sum_g = a;
  *sum_gn = b;
}

VK_KERNEL void vk_layer_norm_backward(const float *x, const float *residual, const float *scale,
                                      const float *mean, const float *reciprocal, const float *dy,
                                      float *dx, int dx_accumulate, float *d_residual,
                                      int d_residual_accumulate, float *d_scale, float *d_shift,
                                      size_t rows, size_t columns) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < rows; i++) {
    const float *xi = x + i * columns;
    const float *ri = residual ? residual + i * columns : 0;
    const float *dyi = dy + i * columns;
    const float mu = mean[i];
    const float rho = reciprocal[i];
    if (d_scale) {
      VK_INDEPENDENT
      for (size_t j = 0; j < columns; j++)
        d_scale[j] += dyi[j] * (((ri ? xi[j] + ri[j] : xi[j]) - mu) * rho);
    }
    if (d_shift) {
      VK_INDEPENDENT
      for (size_t j = 0; j < columns; j++) d_shift[j] += dyi[j];
    }
    if (!dx && !d_residual) continue;
    float sum_g, sum_gn;
    norm_sums(xi, ri, scale, dyi, mu, rho, columns, &sum_g, &sum_gn);
    const float mean_g = sum_g / (float)columns;
    const float mean_gn = sum_gn / (float)columns;
    float *dxi = dx ? dx + i * columns : 0;
    float *dri = d_residual ? d_residual + i * columns : 0;
    VK_INDEPENDENT
    for (size_t j = 0; j < columns; j++) {
      const float normalized = ((ri ? xi[j] + ri[j] : xi[j]) - mu) * rho;
      const float d = rho * (dyi[j] * scale[j] - mean_g - normalized * mean_gn);
      if (dri) dri[j] = (d_residual_accumulate ? dri[j] : 0.0f) + d;
      if (dxi) dxi[j] = (dx_accumulate ? dxi[j] : 0.0f) + d;
    }
  }
}

double vk_cross_entropy_rows(const float *logits, const int32_t *labels, float *probabilities,
                             size_t rows, size_t columns) {
  double total = 0.0;
  for (size_t i = 0; i < rows; i++) {
    const float *xi = logits + i * columns;
    float *pi = probabilities + i * columns;
    const float largest = vk_max_of(xi, columns);
    const float sum = exponentials(xi, largest, pi, columns);
    total += log((double)sum) - ((double)xi[labels[i]] - (double)largest);
    for (size_t j = 0; j < columns; j++) pi[j] /= sum;
  }
  return total;
}
