#include "CVectorKernels.h"
#include "support.h"

// Matrix products whose left operand is read where it lies. The right one is packed in panels of
// sixteen columns, and tiles of some rows by one panel are summed in registers. A library packs both
// operands: for the dozens of rows of an attention head that costs as much as the product, and for
// the thousands of rows of a batch some per cent of it.

// A tile of six rows fills twelve of sixteen registers of eight floats; one of twelve rows fills
// twelve of thirty-two of sixteen floats, enough sums to keep two multiply-add units busy. Each sum
// runs over the inner extent in order, so the height of the tiles changes no bit.
enum { panel_width = VK_PANEL, low_tile = 6, high_tile = 12, lanes = 8 };

// Whether the processor has registers for high tiles.
VK_INLINE int prefers_high_tiles(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f");
#else
  return 0;
#endif
}

typedef float panel_row __attribute__((vector_size(4 * VK_PANEL), aligned(4)));
typedef float lane_row __attribute__((vector_size(4 * lanes), aligned(4)));

VK_INLINE const float *row_of(struct vk_stack b, size_t row) {
  return row < b.first_rows ? b.first + row * b.stride
                            : b.second + (row - b.first_rows) * b.stride;
}

VK_INLINE void pack_rows(struct vk_stack b, size_t columns, float *panels) {
  const size_t rows = b.first_rows + b.second_rows;
  for (size_t start = 0; start < columns; start += panel_width) {
    const size_t width = columns - start < panel_width ? columns - start : panel_width;
    for (size_t k = 0; k < rows; k++) {
      const float *source = row_of(b, k) + start;
      if (width == panel_width) {
        *(panel_row *)panels = *(const panel_row *)source;
      } else {
        for (size_t j = 0; j < width; j++) panels[j] = source[j];
        for (size_t j = width; j < panel_width; j++) panels[j] = 0.0f;
      }
      panels += panel_width;
    }
  }
}

// Eight rows of eight, rows and columns exchanged.
VK_INLINE void transpose(lane_row r[lanes]) {
  lane_row s[lanes];
#pragma clang loop unroll(full)
  for (int i = 0; i < lanes; i += 2) {
    s[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    s[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  lane_row t[lanes];
#pragma clang loop unroll(full)
  for (int i = 0; i < lanes; i += 4) {
    t[i] = __builtin_shufflevector(s[i], s[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    t[i + 1] = __builtin_shufflevector(s[i], s[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    t[i + 2] = __builtin_shufflevector(s[i + 1], s[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    t[i + 3] = __builtin_shufflevector(s[i + 1], s[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    r[i] = __builtin_shufflevector(t[i], t[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    r[i + 4] = __builtin_shufflevector(t[i], t[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

VK_INLINE void pack_columns(struct vk_stack b, size_t inner, float *panels) {
  const size_t rows = b.first_rows + b.second_rows;
  for (size_t start = 0; start < rows; start += panel_width) {
    const size_t width = rows - start < panel_width ? rows - start : panel_width;
    for (size_t half = 0; half < panel_width; half += lanes) {
      size_t k = 0;
      for (; k + lanes <= inner; k += lanes) {
        lane_row r[lanes];
#pragma clang loop unroll(full)
        for (size_t j = 0; j < lanes; j++)
          r[j] = half + j < width ? *(const lane_row *)(row_of(b, start + half + j) + k)
                                  : (lane_row){0};
        transpose(r);
#pragma clang loop unroll(full)
        for (size_t j = 0; j < lanes; j++)
          *(lane_row *)(panels + (k + j) * panel_width + half) = r[j];
      }
      for (; k < inner; k++)
        for (size_t j = half; j < half + lanes; j++)
          panels[k * panel_width + j] = j < width ? row_of(b, start + j)[k] : 0.0f;
    }
    panels += inner * panel_width;
  }
}

VK_KERNEL void vk_pack_rows(struct vk_stack b, size_t columns, float *panels) {
  pack_rows(b, columns, panels);
}

VK_KERNEL void vk_pack_columns(struct vk_stack b, size_t inner, float *panels) {
  pack_columns(b, inner, panels);
}

// `rows` (a constant after inlining) by one panel.
VK_INLINE void tile(const float *a, size_t a_row, size_t a_column, const float *panel, size_t inner,
                    const float *start, float *c, size_t c_row, size_t width, const size_t rows,
                    float alpha, int accumulate) {
#pragma clang fp contract(fast)
  panel_row sums[high_tile] = {{0}};
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) __builtin_prefetch(c + i * c_row, 1);
#pragma clang loop unroll_count(4)
  for (size_t k = 0; k < inner; k++) {
    const panel_row b = *(const panel_row *)(panel + k * panel_width);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) sums[i] += b * a[i * a_row + k * a_column];
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) {
    float *ci = c + i * c_row;
    const panel_row scaled = sums[i] * alpha;
    if (width == panel_width) {
      const float *base = accumulate ? ci : start;
      *(panel_row *)ci = base ? *(const panel_row *)base + scaled : scaled;
    } else {
      float values[panel_width];
      *(panel_row *)values = scaled;
      for (size_t j = 0; j < width; j++)
        ci[j] = (accumulate ? ci[j] : start ? start[j] : 0.0f) + values[j];
    }
  }
}

// Some rows by all panels, in tiles of `height` rows (a constant after inlining).
VK_INLINE void multiply_panels(const float *a, size_t a_row, size_t a_column, const float *panels,
                               const float *start, float *c, size_t c_row, size_t rows,
                               size_t columns, size_t inner, float alpha, int accumulate,
                               const size_t height) {
#define VK_TILE(count)                                                                         \
  tile(a + i * a_row, a_row, a_column, panels, inner, start ? start + column : 0,              \
       c + i * c_row + column, c_row, width, count, alpha, accumulate)
  for (size_t column = 0; column < columns; column += panel_width) {
    const size_t width = columns - column < panel_width ? columns - column : panel_width;
    size_t i = 0;
    for (; i + height <= rows; i += height) VK_TILE(height);
    if (rows - i >= low_tile) {
      VK_TILE(low_tile);
      i += low_tile;
    }
    switch (rows - i) {
      case 5: VK_TILE(5); break;
      case 4: VK_TILE(4); break;
      case 3: VK_TILE(3); break;
      case 2: VK_TILE(2); break;
      case 1: VK_TILE(1); break;
    }
    panels += inner * panel_width;
  }
#undef VK_TILE
}

VK_KERNEL void vk_panel_product(const float *a, size_t a_row, size_t a_column, const float *panels,
                                float *c, size_t c_row, size_t rows, size_t columns, size_t inner,
                                float alpha, int accumulate) {
  if (prefers_high_tiles())
    multiply_panels(a, a_row, a_column, panels, 0, c, c_row, rows, columns, inner, alpha, accumulate,
                    high_tile);
  else
    multiply_panels(a, a_row, a_column, panels, 0, c, c_row, rows, columns, inner, alpha, accumulate,
                    low_tile);
}

// A block of rows of A stays in the second-level cache (48 · 384 · 4 bytes = 72 KiB), a panel of B
// in the first (384 · 16 · 4 bytes = 24 KiB).
enum { block_rows = VK_BLOCK_ROWS, block_inner = 384 };

// The inner extent of a block: equal shares of at most block_inner, in whole vectors.
VK_INLINE size_t block_depth(size_t inner) {
  const size_t blocks = (inner + block_inner - 1) / block_inner;
  return ((inner + blocks - 1) / blocks + lanes - 1) / lanes * lanes;
}

VK_INLINE size_t whole_panels(size_t columns) {
  return (columns + panel_width - 1) / panel_width * panel_width;
}

size_t vk_packed_matrix_count(size_t columns, size_t inner) {
  return whole_panels(columns) * inner;
}

VK_KERNEL void vk_pack_matrix(const float *b, size_t b_row, int b_is_transposed, size_t columns,
                              size_t inner, float *panels) {
  const size_t depth = block_depth(inner);
  for (size_t k = 0; k < inner; k += depth) {
    const size_t width = inner - k < depth ? inner - k : depth;
    if (b_is_transposed)
      pack_columns((struct vk_stack){0, 0, b + k, columns, b_row}, width, panels);
    else
      pack_rows((struct vk_stack){0, 0, b + k * b_row, width, b_row}, columns, panels);
    panels += whole_panels(columns) * width;
  }
}

VK_INLINE void packed_product(const float *a, size_t a_row, const float *panels,
                              const float *start, float *c, size_t c_row, size_t rows,
                              size_t columns, size_t inner, float alpha, int accumulate,
                              const size_t height) {
  const size_t depth = block_depth(inner);
  for (size_t i = 0; i < rows; i += block_rows) {
    const size_t count = rows - i < block_rows ? rows - i : block_rows;
    const float *block = panels;
    for (size_t k = 0; k < inner; k += depth) {
      const size_t width = inner - k < depth ? inner - k : depth;
      multiply_panels(a + i * a_row + k, a_row, 1, block, k ? 0 : start, c + i * c_row, c_row,
                      count, columns, width, alpha, accumulate || k, height);
      block += whole_panels(columns) * width;
    }
  }
}

VK_KERNEL void vk_packed_product(const float *a, size_t a_row, const float *panels,
                                 const float *start, float *c, size_t c_row, size_t rows,
                                 size_t columns, size_t inner, float alpha, int accumulate) {
  if (prefers_high_tiles())
    packed_product(a, a_row, panels, start, c, c_row, rows, columns, inner, alpha, accumulate,
                   high_tile);
  else
    packed_product(a, a_row, panels, start, c, c_row, rows, columns, inner, alpha, accumulate,
                   low_tile);
}

// Where it was measured to be the faster one: AVX2, and AVX-512 on AMD's processors.
int vk_prefers_packed_product(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         (!__builtin_cpu_supports("avx512f") || __builtin_cpu_is("amd"));
#else
  return 0;
#endif
}
