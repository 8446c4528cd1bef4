#ifndef AUTOPEFT_CVECTORKERNELS_H
#define AUTOPEFT_CVECTORKERNELS_H

#include <stddef.h>
#include <stdint.h>

// Elementwise and row-wise loops of the tensor core in single precision.
//
// Matrices are row-major. Outputs may be the same storage as an input of the same shape (each
// element is read before it is written) but may not overlap it in any other way. Backward
// functions with an `accumulate` argument add to `dx` when it is not 0 and overwrite it when it is
// 0; those of `d_scale`, `d_shift` and column sums always add. A null pointer for an output that is
// marked "or null" skips it.

// ---- elementwise.c ---------------------------------------------------------------------------

/// y = x + z
void vk_add(const float *x, const float *z, float *y, size_t n);
/// y = x · z
void vk_multiply(const float *x, const float *z, float *y, size_t n);
/// dx (+)= dy · z
void vk_multiply_backward(const float *z, const float *dy, float *dx, size_t n, int accumulate);
/// y = a x
void vk_scale(float a, const float *x, float *y, size_t n);
/// y = y + a x
void vk_axpy(float a, const float *x, float *y, size_t n);
/// Every row of y [rows, columns] = v [columns]
void vk_fill_rows(const float *v, float *y, size_t rows, size_t columns);
/// y = x + v, v added to every row; x, y: [rows, columns]
void vk_add_row(const float *x, const float *v, float *y, size_t rows, size_t columns);
/// y = x · v, v multiplied into every row; x, y: [rows, columns]
void vk_multiply_row(const float *x, const float *v, float *y, size_t rows, size_t columns,
                     int accumulate);
/// s[j] += Σ_i x[i, j]
void vk_column_sums(const float *x, float *s, size_t rows, size_t columns);
/// s[j] += Σ_i x[i, j] · z[i, j]
void vk_column_dots(const float *x, const float *z, float *s, size_t rows, size_t columns);

// ---- activations.c ---------------------------------------------------------------------------

/// y = e^x; relative error below 2e-7, 0 and infinity where float has none.
void vk_exp(const float *x, float *y, size_t n);
/// y = x Φ(x), Φ the normal distribution function, which keeps its digits in the lower tail.
void vk_gelu(const float *x, float *y, size_t n);
void vk_gelu_backward(const float *x, const float *dy, float *dx, size_t n, int accumulate);
/// y = x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))
void vk_gelu_tanh(const float *x, float *y, size_t n);
void vk_gelu_tanh_backward(const float *x, const float *dy, float *dx, size_t n, int accumulate);
/// y = max(x, 0); its derivative at 0 is 0.
void vk_relu(const float *x, float *y, size_t n);
void vk_relu_backward(const float *y, const float *dy, float *dx, size_t n, int accumulate);
/// y = tanh x; the backward reads the output.
void vk_tanh(const float *x, float *y, size_t n);
void vk_tanh_backward(const float *y, const float *dy, float *dx, size_t n, int accumulate);
/// y = 1 / (1 + e^-x); the backward reads the output.
void vk_sigmoid(const float *x, float *y, size_t n);
void vk_sigmoid_backward(const float *y, const float *dy, float *dx, size_t n, int accumulate);
/// y = x / (1 + e^-x)
void vk_silu(const float *x, float *y, size_t n);
void vk_silu_backward(const float *x, const float *dy, float *dx, size_t n, int accumulate);

// ---- reductions.c ----------------------------------------------------------------------------

float vk_sum(const float *x, size_t n);
float vk_dot(const float *x, const float *y, size_t n);
/// The largest element; -infinity of none.
float vk_max(const float *x, size_t n);
/// Σ x² in double precision.
double vk_sum_of_squares(const float *x, size_t n);

// ---- rows.c ----------------------------------------------------------------------------------

/// y = softmax(x) of every row.
void vk_softmax_rows(const float *x, float *y, size_t rows, size_t columns);
/// dx (+)= a · y (dy − Σ_j dy_j y_j) of every row.
void vk_softmax_rows_backward(const float *y, const float *dy, float *dx, size_t rows,
                              size_t columns, float a, int accumulate);
/// y = (s − μ) ρ · scale + shift with s = x + residual (residual may be null), ρ = 1/√(σ² + ε);
/// mean and reciprocal [rows] receive μ and ρ.
void vk_layer_norm(const float *x, const float *residual, const float *scale, const float *shift,
                   float epsilon, float *y, float *mean, float *reciprocal, size_t rows,
                   size_t columns);
/// The gradients of the above; dx, d_residual, d_scale and d_shift may each be null. dx may be dy.
void vk_layer_norm_backward(const float *x, const float *residual, const float *scale,
                            const float *mean, const float *reciprocal, const float *dy, float *dx,
                            int dx_accumulate, float *d_residual, int d_residual_accumulate,
                            float *d_scale, float *d_shift, size_t rows, size_t columns);
/// Σ_i −log softmax(logits)[i, labels[i]]; probabilities [rows, columns] receive the softmax.
double vk_cross_entropy_rows(const float *logits, const int32_t *labels, float *probabilities,
                             size_t rows, size_t columns);

// ---- products.c ------------------------------------------------------------------------------

/// Columns of a panel.
#define VK_PANEL 16

/// The rows of two matrices of one width, the second below the first; `first` may be null where it
/// has no rows. `stride` is the distance of two rows in both.
struct vk_stack {
  const float *first;
  size_t first_rows;
  const float *second;
  size_t second_rows;
  size_t stride;
};

/// Packs B = b [R, columns] for `vk_panel_product`: ⌈columns / 16⌉ panels of [R, 16] floats, filled
/// up with zeros.
void vk_pack_rows(struct vk_stack b, size_t columns, float *panels);
/// Packs B = bᵀ [inner, R] for b [R, inner]: ⌈R / 16⌉ panels of [inner, 16] floats.
void vk_pack_columns(struct vk_stack b, size_t inner, float *panels);
/// C (+)= α A B for some dozens of rows and columns; A [rows, inner] has its element (i, k) at
/// i · a_row + k · a_column, so that a transposed A is read where it lies.
void vk_panel_product(const float *a, size_t a_row, size_t a_column, const float *panels, float *c,
                      size_t c_row, size_t rows, size_t columns, size_t inner, float alpha,
                      int accumulate);

/// Rows that `vk_packed_product` works on at a time.
#define VK_BLOCK_ROWS 48

/// Packs op(B) [inner, columns] of any size for `vk_packed_product`; B is stored [columns, inner]
/// where it is transposed, and `b_row` is the distance of its stored rows. inner is at least 1.
void vk_pack_matrix(const float *b, size_t b_row, int b_is_transposed, size_t columns, size_t inner,
                    float *panels);
/// Floats that `vk_pack_matrix` writes.
size_t vk_packed_matrix_count(size_t columns, size_t inner);
/// C (+)= α A op(B) + start for matrices of any size. A: [rows, inner]; `start` [columns], or null,
/// is the beginning of every row and is left out where C is added to. An element's value depends on
/// its own row and column alone, never on how many there are.
void vk_packed_product(const float *a, size_t a_row, const float *panels, const float *start,
                       float *c, size_t c_row, size_t rows, size_t columns, size_t inner,
                       float alpha, int accumulate);
/// Whether `vk_packed_product` is made for this processor: AVX2 without AVX-512, for which
/// libraries have better kernels.
int vk_prefers_packed_product(void);

// ---- random.c --------------------------------------------------------------------------------

/// y (+)= scale · x where a word of the Philox 4x32-10 stream of `key` is not below `threshold`,
/// else 0. Element i takes word w = `first_word` + i, which is word w mod 4 of block w / 4.
void vk_dropout(const float *x, float *y, size_t n, uint64_t key, uint64_t first_word,
                uint32_t threshold, float scale, int accumulate);
/// y = ln u − ln(1 − u), u in [10⁻⁴, 1 − 10⁻⁴] from the upper 24 bits of word i of the Philox 4x32-10
/// stream of `key`.
void vk_logistic_noise(float *y, size_t n, uint64_t key);

// ---- optimizer.c -----------------------------------------------------------------------------

/// The numbers of one AdamW step that are the same for every element.
struct vk_adamw {
  /// Gradients are multiplied by this first.
  float gradient_scale;
  float beta1;
  float beta2;
  float epsilon;
  /// lr / (1 − β₁ᵗ)
  float step_size;
  /// 1 / √(1 − β₂ᵗ)
  float second_moment_scale;
  /// 1 − lr · weight decay
  float retention;
};

/// m = β₁ m + (1 − β₁) g;  v = β₂ v + (1 − β₂) g²;
/// p = retention · p − step_size · m / (√v · second_moment_scale + ε)
void vk_adamw_step(float *p, const float *g, float *m, float *v, size_t n, struct vk_adamw step);

#endif
