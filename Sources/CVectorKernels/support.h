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

// The rational approximation of tanh of Eigen (ptanh_float): odd degree 13 over even degree 6.
VK_INLINE float vk_tanh_of(float x) {
#pragma clang fp contract(fast)
  const float limit = 7.90531110763549805f;
  float c = x < -limit ? -limit : x;
  c = c > limit ? limit : c;
  const float s = c * c;
  float p = -2.76076847742355e-16f;
  p = p * s + 2.00018790482477e-13f;
  p = p * s + -8.60467152213735e-11f;
  p = p * s + 5.12229709037114e-08f;
  p = p * s + 1.48572235717979e-05f;
  p = p * s + 6.37261928875436e-04f;
  p = p * s + 4.89352455891786e-03f;
  p = p * c;
  float q = 1.19825839466702e-06f;
  q = q * s + 1.18534705686654e-04f;
  q = q * s + 2.26843463243900e-03f;
  q = q * s + 4.89352518554385e-03f;
  const float y = p / q;
  return (x < 0 ? -x : x) < 0.0004f ? x : y;
}

// The rational approximation of erf of Eigen (generic_fast_erf_float) on [-4, 4].
VK_INLINE float vk_erf_of(float x) {
#pragma clang fp contract(fast)
  float c = x < -4.0f ? -4.0f : x;
  c = c > 4.0f ? 4.0f : c;
  const float s = c * c;
  float p = -2.72614225801306e-10f;
  p = p * s + 2.77068142495902e-08f;
  p = p * s + -2.10102402082508e-06f;
  p = p * s + -5.69250639462346e-05f;
  p = p * s + -7.34990630326855e-04f;
  p = p * s + -2.95459980854025e-03f;
  p = p * s + -1.60960333262415e-02f;
  p = p * c;
  float q = -1.45660718464996e-05f;
  q = q * s + -2.13374055278905e-04f;
  q = q * s + -1.68282697438203e-03f;
  q = q * s + -7.37332916720468e-03f;
  q = q * s + -1.42647390514189e-02f;
  return p / q;
}

#endif
