#ifndef AUTOPEFT_CVECTORKERNELS_REDUCTIONS_H
#define AUTOPEFT_CVECTORKERNELS_REDUCTIONS_H

#include <math.h>
#include <stddef.h>

#include "support.h"

// Sums may be taken in any order here, and only here.

VK_INLINE float vk_sum_of(const float *x, size_t n) {
#pragma clang fp reassociate(on)
  float total = 0.0f;
  for (size_t i = 0; i < n; i++) total += x[i];
  return total;
}

VK_INLINE float vk_dot_of(const float *x, const float *y, size_t n) {
#pragma clang fp reassociate(on) contract(fast)
  float total = 0.0f;
  for (size_t i = 0; i < n; i++) total += x[i] * y[i];
  return total;
}

// Thirty-two independent maxima, so that the loop needs no reassociation of a select; a NaN is
// ignored here and spreads through the exponentials instead.
VK_INLINE float vk_max_of(const float *x, size_t n) {
  float lane[32];
  for (size_t k = 0; k < 32; k++) lane[k] = -INFINITY;
  size_t i = 0;
  for (; i + 32 <= n; i += 32)
    for (size_t k = 0; k < 32; k++) lane[k] = x[i + k] > lane[k] ? x[i + k] : lane[k];
  for (; i < n; i++) lane[0] = x[i] > lane[0] ? x[i] : lane[0];
  float largest = lane[0];
  for (size_t k = 1; k < 32; k++) largest = lane[k] > largest ? lane[k] : largest;
  return largest;
}

#endif
