#include "reductions.h"

#include "CVectorKernels.h"

VK_KERNEL float vk_sum(const float *x, size_t n) { return vk_sum_of(x, n); }

VK_KERNEL float vk_dot(const float *x, const float *y, size_t n) { return vk_dot_of(x, y, n); }

VK_KERNEL float vk_max(const float *x, size_t n) { return vk_max_of(x, n); }

VK_KERNEL double vk_sum_of_squares(const float *x, size_t n) {
#pragma clang fp reassociate(on)
  double total = 0.0;
  for (size_t i = 0; i < n; i++) total += (double)x[i] * (double)x[i];
  return total;
}
