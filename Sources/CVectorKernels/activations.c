#include "CVectorKernels.h"
#include "support.h"

// A forward loop y = f(x), and a backward loop dx (+)= dy · f'(saved).
#define VK_FORWARD(name, value)                                    \
  VK_KERNEL void name(const float *x, float *y, size_t n) {        \
    VK_INDEPENDENT                                                 \
    for (size_t i = 0; i < n; i++) y[i] = value(x[i]);             \
  }

#define VK_BACKWARD(name, derivative)                                                     \
  VK_KERNEL void name(const float *saved, const float *dy, float *dx, size_t n,           \
                      int accumulate) {                                                   \
    VK_INDEPENDENT                                                                        \
    for (size_t i = 0; i < n; i++)                                                        \
      dx[i] = (accumulate ? dx[i] : 0.0f) + dy[i] * derivative(saved[i]);                 \
  }

// Two odd functions about 1/2 as rational functions of x²: an error function and an exponential would
// cost two to three times as much. Coefficients with the least largest error (by Lawson's iteration
// on linearised least squares): 7e-9 for Φ in |x| ≤ 5.5, 5e-9 for the derivative of gelu in |x| ≤ 6,
// so rounding decides: 1.7e-7 and 2.2e-7.

// Φ(x), the normal distribution function; 0 where it is below 2e-8, so that x Φ(x) ends in 0.
VK_INLINE float normal_of(float x) {
#pragma clang fp contract(fast)
  float c = x < -5.5f ? -5.5f : x;
  c = c > 5.5f ? 5.5f : c;
  const float s = c * c;
  float p = 2.27493859e-08f;
  p = p * s + 6.35212419e-06f;
  p = p * s + 1.68826178e-04f;
  p = p * s + 4.67726366e-03f;
  p = p * s + 3.38526928e-02f;
  p = p * s + 3.98942235e-01f;
  float q = 1.19750502e-06f;
  q = q * s + 7.36476802e-05f;
  q = q * s + 1.88444763e-03f;
  q = q * s + 2.86458986e-02f;
  q = q * s + 2.51522035e-01f;
  q = q * s + 1.0f;
  const float value = 0.5f + c * (p / q);
  return x < -5.5f ? 0.0f : value;
}

VK_INLINE float gelu(float x) { return x * normal_of(x); }

// Φ(x) + x φ(x), which is 0 and 1 within 4e-8 beyond |x| = 6.
VK_INLINE float gelu_derivative(float x) {
#pragma clang fp contract(fast)
  float c = x < -6.0f ? -6.0f : x;
  c = c > 6.0f ? 6.0f : c;
  const float s = c * c;
  float p = -2.88802822e-11f;
  p = p * s + 1.30031992e-08f;
  p = p * s + 1.12196257e-06f;
  p = p * s + 3.20272163e-05f;
  p = p * s + 2.85235009e-04f;
  p = p * s + 1.35689882e-02f;
  p = p * s + -1.80373950e-02f;
  p = p * s + 7.97884522e-01f;
  float q = 3.63643200e-07f;
  q = q * s + 1.08124013e-05f;
  q = q * s + 2.58608938e-04f;
  q = q * s + 4.15025238e-03f;
  q = q * s + 4.55830503e-02f;
  q = q * s + 3.10726328e-01f;
  q = q * s + 1.0f;
  return 0.5f + c * (p / q);
}

// With (1 + tanh u) / 2 = 1 / (1 + e^-2u) the tail of negative x keeps its digits. 2u is beyond the
// range of e^x where |x| is 100, so a clamp there keeps x³ finite and changes no value.
VK_INLINE float gelu_tanh_inner(float x) {
#pragma clang fp contract(fast)
  float c = x < -100.0f ? -100.0f : x;
  c = c > 100.0f ? 100.0f : c;
  return 2.0f * 0.79788456080286536f * (c + 0.044715f * c * c * c);
}

VK_INLINE float gelu_tanh(float x) { return x / (1.0f + vk_exp_of(-gelu_tanh_inner(x))); }

// With e = e^-2u, s = 1 / (1 + e): s + x s (1 − s) (2u)', 1 − s = e s without cancellation. Beyond
// |2u| = 80 the middle term is 0 in float.
VK_INLINE float gelu_tanh_derivative(float x) {
#pragma clang fp contract(fast)
  float c = x < -100.0f ? -100.0f : x;
  c = c > 100.0f ? 100.0f : c;
  float inner = gelu_tanh_inner(x);
  inner = inner < -80.0f ? -80.0f : inner;
  inner = inner > 80.0f ? 80.0f : inner;
  const float e = vk_exp_of(-inner);
  const float s = 1.0f / (1.0f + e);
  const float slope = 2.0f * 0.79788456080286536f * (1.0f + 0.134145f * c * c);
  return s + c * s * (e * s) * slope;
}

VK_INLINE float relu(float x) { return x < 0.0f ? 0.0f : x; }
VK_INLINE float relu_derivative(float y) { return y > 0.0f ? 1.0f : 0.0f; }
VK_INLINE float tanh_derivative(float y) { return 1.0f - y * y; }
VK_INLINE float sigmoid(float x) { return 1.0f / (1.0f + vk_exp_of(-x)); }
VK_INLINE float sigmoid_derivative(float y) { return y * (1.0f - y); }
VK_INLINE float silu(float x) { return x / (1.0f + vk_exp_of(-x)); }

VK_INLINE float silu_derivative(float x) {
  const float s = sigmoid(x);
  return s * (1.0f + x * (1.0f - s));
}

VK_FORWARD(vk_exp, vk_exp_of)
VK_FORWARD(vk_gelu, gelu)
VK_BACKWARD(vk_gelu_backward, gelu_derivative)
VK_FORWARD(vk_gelu_tanh, gelu_tanh)
VK_BACKWARD(vk_gelu_tanh_backward, gelu_tanh_derivative)
VK_FORWARD(vk_relu, relu)
VK_BACKWARD(vk_relu_backward, relu_derivative)
VK_FORWARD(vk_tanh, vk_tanh_of)
VK_BACKWARD(vk_tanh_backward, tanh_derivative)
VK_FORWARD(vk_sigmoid, sigmoid)
VK_BACKWARD(vk_sigmoid_backward, sigmoid_derivative)
VK_FORWARD(vk_silu, silu)
VK_BACKWARD(vk_silu_backward, silu_derivative)
