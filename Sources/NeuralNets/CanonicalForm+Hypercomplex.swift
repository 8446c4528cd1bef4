public import TensorCore

extension CanonicalForm {
  /// The tensors of a bottleneck of sums of Kronecker products and what it reads (Compacter).
  public struct HypercomplexBottleneck {
    /// z H + c with H = Σ_{i=1..n} A_i ⊗ (L_i R_i).
    public struct Map {
      /// L: [n, in/n, r].
      public let left: Parameter
      /// R: [n, r, out/n].
      public let right: Parameter
      /// c: [out].
      public let bias: Parameter

      public init(left: Parameter, right: Parameter, bias: Parameter) {
        self.left = left
        self.right = right
        self.bias = bias
      }
    }
    /// A: [n, n, n], which other maps share.
    public let rule: Parameter
    public let down: Map
    public let up: Map
    public let activation: Activation
    public let wiring: Bottleneck.Wiring

    public init(
      rule: Parameter, down: Map, up: Map, activation: Activation, wiring: Bottleneck.Wiring
    ) {
      self.rule = rule
      self.down = down
      self.up = up
      self.activation = activation
      self.wiring = wiring
    }
  }
}
