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

VK_INLINE float gelu(float x) { return x * vk_normal_of(x, vk_exp_of(-0.5f * x * x)); }

// Φ(x) + x φ(x); beyond |x| = 100 φ is 0 in float, and a clamp keeps ∞ · 0 away.
VK_INLINE float gelu_derivative(float x) {
#pragma clang fp contract(fast)
  float c = x < -100.0f ? -100.0f : x;
  c = c > 100.0f ? 100.0f : c;
  const float bell = vk_exp_of(-0.5f * c * c);
  return vk_normal_of(c, bell) + c * (0.39894228040143268f * bell);
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
