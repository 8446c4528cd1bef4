#ifndef AUTOPEFT_CVECTORKERNELS_SUPPORT_H
#define AUTOPEFT_CVECTORKERNELS_SUPPORT_H

#include <stdint.h>
#include <string.h>

// Three versions of each kernel (AVX-512, AVX2 with FMA, baseline); the loader picks one.
#if defined(__x86_64__) && defined(__linux__)
#define VK_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VK_KERNEL
#endif

#define VK_INLINE static inline __attribute__((always_inline))

// Elements are independent of each other, also where an output is the storage of an input.
#define VK_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")

#pragma clang fp contract(fast)

// The square root without errno, so that loops around it become vector code.
VK_INLINE float vk_sqrt_of(float x) { return __builtin_elementwise_sqrt(x); }

VK_INLINE float vk_power_of_two(int32_t n) {
  const uint32_t bits = (uint32_t)(n + 127) << 23;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// e^x = 2^n e^r, n = round(x / ln 2), |r| ≤ ln 2 / 2; a polynomial of degree 6 for e^r (Cephes
// expf). The scaling in two factors gives subnormal numbers, 0 and infinity at the ends; NaN stays.
VK_INLINE float vk_exp_of(float x) {
#pragma clang fp contract(fast)
  x = x < -120.0f ? -120.0f : x;
  x = x > 120.0f ? 120.0f : x;
  const float magic = 12582912.0f;  // 1.5 · 2^23: adding it rounds to a whole number
  const float shifted = x * 1.44269504088896341f + magic;
  const float n = shifted - magic;
  float r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  const int32_t whole = (int32_t)(bits & 0x7FFFFFu) - 0x400000;
  const int32_t half = whole >> 1;
  return p * vk_power_of_two(half) * vk_power_of_two(whole - half);
}

// tanh: an odd polynomial below 0.625 (Cephes tanhf), 1 − 2 / (1 + e^2|x|) with the sign of x above.
VK_INLINE float vk_tanh_of(float x) {
#pragma clang fp contract(fast)
  const float magnitude = x < 0.0f ? -x : x;
  const float s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s + -5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s + -3.33332819422e-1f;
  const float near = p * s * x + x;
  const float distance = 1.0f - 2.0f / (1.0f + vk_exp_of(2.0f * magnitude));
  const float far = x < 0.0f ? -distance : distance;
  return magnitude < 0.625f ? near : far;
}

#endif
