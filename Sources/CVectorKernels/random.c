#include "CVectorKernels.h"
#include "support.h"

#include <math.h>

enum { blocks_at_once = 64 };

// Philox 4x32-10 of the counters first, first + 1, …: four words for each.
// Reference: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 4.3.
VK_INLINE void philox(uint64_t first, uint64_t key, uint32_t *words, size_t count) {
  for (size_t b = 0; b < count; b++) {
    const uint64_t counter = first + b;
    uint32_t x0 = (uint32_t)counter;
    uint32_t x1 = (uint32_t)(counter >> 32);
    uint32_t x2 = 0;
    uint32_t x3 = 0;
    uint32_t k0 = (uint32_t)key;
    uint32_t k1 = (uint32_t)(key >> 32);
#pragma clang loop unroll(full)
    for (int round = 0; round < 10; round++) {
      const uint64_t p = (uint64_t)0xD2511F53u * x0;
      const uint64_t q = (uint64_t)0xCD9E8D57u * x2;
      x0 = (uint32_t)(q >> 32) ^ x1 ^ k0;
      x1 = (uint32_t)q;
      x2 = (uint32_t)(p >> 32) ^ x3 ^ k1;
      x3 = (uint32_t)p;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    words[4 * b] = x0;
    words[4 * b + 1] = x1;
    words[4 * b + 2] = x2;
    words[4 * b + 3] = x3;
  }
}

VK_KERNEL void vk_dropout(const float *x, float *y, size_t n, uint64_t key, uint64_t first_word,
                          uint32_t threshold, float scale, int accumulate) {
  uint32_t words[4 * blocks_at_once];
  uint64_t block = first_word / 4;
  size_t skipped = first_word % 4;
  for (size_t start = 0; start < n;) {
    const size_t room = 4 * blocks_at_once - skipped;
    const size_t count = n - start < room ? n - start : room;
    philox(block, key, words, (skipped + count + 3) / 4);
    const uint32_t *ws = words + skipped;
    const float *xs = x + start;
    float *ys = y + start;
    VK_INDEPENDENT
    for (size_t i = 0; i < count; i++)
      ys[i] = (accumulate ? ys[i] : 0.0f) + (ws[i] >= threshold ? scale * xs[i] : 0.0f);
    start += count;
    block += blocks_at_once;
    skipped = 0;
  }
}

VK_KERNEL void vk_logistic_noise(float *y, size_t n, uint64_t key) {
  uint32_t words[4 * blocks_at_once];
  for (size_t start = 0; start < n; start += 4 * blocks_at_once) {
    const size_t room = n - start;
    const size_t count = room < 4 * blocks_at_once ? room : 4 * blocks_at_once;
    philox(start / 4, key, words, (count + 3) / 4);
    for (size_t i = 0; i < count; i++) {
      const float drawn = ((float)(words[i] >> 8) + 0.5f) * 0x1p-24f;
      const float u = drawn < 1e-4f ? 1e-4f : drawn > 1.0f - 1e-4f ? 1.0f - 1e-4f : drawn;
      y[start + i] = logf(u) - logf(1.0f - u);
    }
  }
}
