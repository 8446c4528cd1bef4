#include "CVectorKernels.h"
#include "support.h"

VK_KERNEL void vk_add(const float *x, const float *z, float *y, size_t n) {
  VK_INDEPENDENT
  for (size_t i = 0; i < n; i++) y[i] = x[i] + z[i];
}

VK_KERNEL void vk_multiply(const float *x, const float *z, float *y, size_t n) {
  VK_INDEPENDENT
  for (size_t i = 0; i < n; i++) y[i] = x[i] * z[i];
}

VK_KERNEL void vk_multiply_backward(const float *z, const float *dy, float *dx, size_t n,
                                    int accumulate) {
  VK_INDEPENDENT
  for (size_t i = 0; i < n; i++) dx[i] = (accumulate ? dx[i] : 0.0f) + dy[i] * z[i];
}

VK_KERNEL void vk_scale(float a, const float *x, float *y, size_t n) {
  VK_INDEPENDENT
  for (size_t i = 0; i < n; i++) y[i] = a * x[i];
}

VK_KERNEL void vk_axpy(float a, const float *x, float *y, size_t n) {
  VK_INDEPENDENT
  for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}

void vk_fill_rows(const float *v, float *y, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i++) memcpy(y + i * columns, v, columns * sizeof(float));
}

VK_KERNEL void vk_add_row(const float *x, const float *v, float *y, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i++) {
    const float *xi = x + i * columns;
    float *yi = y + i * columns;
    VK_INDEPENDENT
    for (size_t j = 0; j < columns; j++) yi[j] = xi[j] + v[j];
  }
}

VK_KERNEL void vk_multiply_row(const float *x, const float *v, float *y, size_t rows,
                               size_t columns, int accumulate) {
  for (size_t i = 0; i < rows; i++) {
    const float *xi = x + i * columns;
    float *yi = y + i * columns;
    VK_INDEPENDENT
    for (size_t j = 0; j < columns; j++) yi[j] = (accumulate ? yi[j] : 0.0f) + xi[j] * v[j];
  }
}

VK_KERNEL void vk_column_sums(const float *x, float *s, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i++) {
    const float *xi = x + i * columns;
    VK_INDEPENDENT
    for (size_t j = 0; j < columns; j++) s[j] += xi[j];
  }
}

VK_KERNEL void vk_column_dots(const float *x, const float *z, float *s, size_t rows,
                              size_t columns) {
  for (size_t i = 0; i < rows; i++) {
    const float *xi = x + i * columns;
    const float *zi = z + i * columns;
    VK_INDEPENDENT
    for (size_t j = 0; j < columns; j++) s[j] += xi[j] * zi[j];
  }
}
