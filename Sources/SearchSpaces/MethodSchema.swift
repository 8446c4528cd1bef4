/// What the search side knows of a PEFT method: its name, its parameters, what it costs.
///
/// `PEFTMethods` builds one of these for each registered method; `SearchSpaces` receives them as
/// values and knows no method by name.
public struct MethodSchema: Sendable {
  /// Where a method may be placed.
  public enum Scope: String, Codable, Sendable {
    /// It belongs to single layers and may differ from group to group.
    case layer
    /// It belongs to the whole model.
    case model
    /// It changes how the optimizer treats other methods' parameters.
    case optimizer
  }

  /// The name in space files, such as `lora`.
  public var name: String
  /// One sentence for `autopeft methods`.
  public var summary: String
  public var scope: Scope
  /// In the order of the documentation.
  public var parameters: [ParameterSchema]
  /// The parameter that measures the method's size (`rank`, `bottleneck`, `length`), if it has one.
  ///
  /// `fill` in a space file solves this one from the budget, and size 0 means "not there".
  public var sizeParameter: String?
  /// Papers and reference implementations.
  public var references: [String]
  /// The count formula in words and symbols, for `autopeft methods`.
  public var countFormula: String
  /// Whether a trained instance can be folded into the backbone's weights.
  public var isMergeable: Bool
  /// Exact parameter counts of one instance in one layer (or in the model) of a backbone.
  ///
  /// Counts and claims depend on whole numbers, choices, subsets and flags only, never on a real
  /// number such as a learning rate: searches remember them by these. They grow with the size.
  public var parameterCounts: @Sendable (MethodInstance, BackboneShape) -> ParameterCounts
  /// Counts that come once for all layers holding an equal instance, wherever those layers are.
  ///
  /// They come on top of the counts of each layer: a reparametrisation that the layers share. Zero
  /// for most methods.
  public var sharedCounts: @Sendable (MethodInstance, BackboneShape) -> ParameterCounts
  /// How many numbers of the deployed file say where values lie, of one instance in one layer (or in
  /// the model).
  ///
  /// They are no parameters. 0 for most methods. It depends on what counts depend on.
  public var positionCount: @Sendable (MethodInstance, BackboneShape) -> Int
  /// The backbone weights that an instance rewrites in place, such as `query.bias`; two instances
  /// that claim one weight in one layer are refused.
  public var claims: @Sendable (MethodInstance, BackboneShape) -> [String]
  /// The rows that an instance of model scope puts in front of every sequence.
  ///
  /// Each goes through all layers as a token does. 0 for most methods. It depends on what counts
  /// depend on.
  public var insertedRows: @Sendable (MethodInstance) -> Int
  /// The positions that an instance of model scope takes from the text.
  ///
  /// They are the inserted rows' own unless it says more. It depends on what counts depend on.
  public var takenPositions: @Sendable (MethodInstance) -> Int
  /// How often a training step on classes runs its batch for an instance; 1 for most methods.
  ///
  /// It depends on what counts depend on.
  public var passes: @Sendable (MethodInstance) -> Int
  /// The lowest layer that an instance of model scope tunes; 0 for most, and no matter for others.
  ///
  /// It depends on what counts depend on.
  public var lowestLayer: @Sendable (MethodInstance, BackboneShape) -> Int
  /// Why an instance cannot be used on a backbone and what to do, as a sentence that follows the
  /// method's name; nil where it can, as most can on all.
  ///
  /// It depends on what counts depend on, but not on the size.
  public var refusal: @Sendable (MethodInstance, BackboneShape) -> String?

  public init(
    name: String, summary: String, scope: Scope, parameters: [ParameterSchema],
    sizeParameter: String?, references: [String], countFormula: String, isMergeable: Bool,
    parameterCounts: @escaping @Sendable (MethodInstance, BackboneShape) -> ParameterCounts,
    sharedCounts: @escaping @Sendable (MethodInstance, BackboneShape) -> ParameterCounts = {
      _, _ in .zero
    },
    positionCount: @escaping @Sendable (MethodInstance, BackboneShape) -> Int = { _, _ in 0 },
    claims: @escaping @Sendable (MethodInstance, BackboneShape) -> [String] = { _, _ in [] },
    insertedRows: @escaping @Sendable (MethodInstance) -> Int = { _ in 0 },
    takenPositions: (@Sendable (MethodInstance) -> Int)? = nil,
    passes: @escaping @Sendable (MethodInstance) -> Int = { _ in 1 },
    lowestLayer: @escaping @Sendable (MethodInstance, BackboneShape) -> Int = { _, _ in 0 },
    refusal: @escaping @Sendable (MethodInstance, BackboneShape) -> String? = { _, _ in nil }
  ) {
    self.name = name
    self.summary = summary
    self.scope = scope
    self.parameters = parameters
    self.sizeParameter = sizeParameter
    self.references = references
    self.countFormula = countFormula
    self.isMergeable = isMergeable
    self.parameterCounts = parameterCounts
    self.sharedCounts = sharedCounts
    self.positionCount = positionCount
    self.claims = claims
    self.insertedRows = insertedRows
    self.takenPositions = takenPositions ?? insertedRows
    self.passes = passes
    self.lowestLayer = lowestLayer
    self.refusal = refusal
  }
}

/// One hyper-parameter of a method: its kind, legal range, default and unit.
public struct ParameterSchema: Sendable {
  /// The kind of values and what is legal.
  public enum Kind: Sendable, Equatable {
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case choice([String])
    /// Any set of at least `minimum` of these names.
    case subset([String], minimum: Int)
    case flag
  }

  public var name: String
  public var kind: Kind
  public var defaultValue: ParameterValue
  /// What it means, its unit, and why the default is what it is.
  public var documentation: String

  public init(
    _ name: String, _ kind: Kind, default defaultValue: ParameterValue, _ documentation: String
  ) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.documentation = documentation
  }
}

/// The three parameter counts of a configuration, task head apart.
public struct ParameterCounts: Codable, Hashable, Sendable {
  /// All that gets a gradient while training.
  public var trained: Int
  /// What is stored and loaded afterwards, folded, biases counted: this is `parameters`.
  public var deployed: Int
  /// The paper's own formula where it differs (AutoPEFT leaves out biases).
  public var published: Int

  public init(trained: Int, deployed: Int, published: Int) {
    self.trained = trained
    self.deployed = deployed
    self.published = published
  }

  public static let zero = ParameterCounts(trained: 0, deployed: 0, published: 0)

  public static func + (a: ParameterCounts, b: ParameterCounts) -> ParameterCounts {
    ParameterCounts(
      trained: a.trained + b.trained, deployed: a.deployed + b.deployed,
      published: a.published + b.published)
  }
}
