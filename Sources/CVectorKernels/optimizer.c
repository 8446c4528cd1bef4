#include "CVectorKernels.h"
#include "support.h"

VK_KERNEL void vk_adamw_step(float *p, const float *g, float *m, float *v, size_t n,
                             struct vk_adamw step) {
  VK_INDEPENDENT
  for (size_t i = 0; i < n; i++) {
    const float gradient = step.gradient_scale * g[i];
    const float first = step.beta1 * m[i] + (1.0f - step.beta1) * gradient;
    const float second = step.beta2 * v[i] + (1.0f - step.beta2) * gradient * gradient;
    const float divisor = vk_sqrt_of(second) * step.second_moment_scale + step.epsilon;
    p[i] = step.retention * p[i] - step.step_size * first / divisor;
    m[i] = first;
    v[i] = second;
  }
}
