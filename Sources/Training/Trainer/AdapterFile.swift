internal import Checkpoints
internal import LinearAlgebra
internal import NeuralNets
public import PEFTMethods
public import SearchSpaces
internal import TensorCore
public import Tokenizers

/// What the header of `adapter.safetensors` says of the tensors in it.
///
/// The file holds the deployed form of all methods and the head: everything that `predict` and the
/// exporters need beside the backbone.
public struct AdapterDescription: Codable, Hashable, Sendable {
  /// The configuration to attach before the tensors are loaded: what is left after training.
  public var configuration: PEFTConfiguration
  /// The configuration that was trained.
  public var trainedConfiguration: PEFTConfiguration
  /// Never `.automatic`.
  public var headKind: HeadKind
  /// Classes, or 1 for a regression.
  public var outputCount: Int
  public var kind: TaskKind
  /// Names in class order; empty for a regression.
  public var labels: [String]
  /// The task's name.
  public var task: String
  /// The backbone as the job named it.
  public var backbone: String
  /// Whether letters become small, where the backbone's files do not say it.
  public var casing: Casing?

  public init(
    configuration: PEFTConfiguration, trainedConfiguration: PEFTConfiguration,
    headKind: HeadKind, outputCount: Int, kind: TaskKind, labels: [String], task: String,
    backbone: String, casing: Casing? = nil
  ) {
    self.configuration = configuration
    self.trainedConfiguration = trainedConfiguration
    self.headKind = headKind
    self.outputCount = outputCount
    self.kind = kind
    self.labels = labels
    self.task = task
    self.backbone = backbone
    self.casing = casing
  }
}

extension AdapterDescription {
  private static let key = "autopeft"

  /// Reads the header of an adapter file.
  ///
  /// - Throws: `TrialError.notAnAdapter` for other safetensors files, `CheckpointError` for files
  ///   that are none.
  public init(file path: String) throws {
    let reader = try WeightReader(file: path)
    guard let text = reader.metadata[Self.key] else {
      throw TrialError.notAnAdapter(path: path, missing: Self.key)
    }
    do {
      self = try StableJSON.value(Self.self, from: text)
    } catch {
      throw TrialError.damagedAdapter(path: path, reason: "\(error)")
    }
  }

  /// What a trained model of a task is to be written with.
  init(
    trained configuration: PEFTConfiguration, model: FineTunedModel, task: DownstreamTask,
    labels: [String], backbone: String, casing: Casing?
  ) throws {
    self.init(
      configuration: try PEFTModelBuilder.deployed(configuration),
      trainedConfiguration: configuration.canonical, headKind: model.headKind,
      outputCount: model.head.outputCount, kind: task.kind, labels: labels, task: task.name,
      backbone: backbone, casing: casing)
  }

  /// Writes an adapter file of tensors that come from elsewhere.
  ///
  /// - Parameters:
  ///   - tensors: those of the configuration's methods, under the names of `AttachedConfiguration`.
  ///   - head: those of the head, named `head.…`; empty leaves the head's initial values.
  ///   - labels: the names of the classes in the order of the outputs; empty for a regression.
  /// - Throws: `MethodError` for tensors that are not those of the configuration, `TrialError` for a
  ///   head that the backbone cannot have.
  public static func write(
    _ tensors: [AdapterTensor], head: [AdapterTensor], configuration: PEFTConfiguration,
    headKind: HeadKind, task: DownstreamTask, labels: [String], backbone: String,
    casing: Casing?, to path: String
  ) throws {
    let source = try BackboneSource(name: backbone, casing: casing)
    let model = try FineTunedModel(
      backbone: source.backbone, configuration: configuration, headKind: headKind,
      outputCount: task.kind.isRegression ? 1 : labels.count, headDropout: 0,
      key: RandomKey(seed: 0))
    try model.attached.load(tensors)
    if !head.isEmpty { try load(head, into: model) }
    try AdapterDescription(
      trained: configuration, model: model, task: task, labels: labels, backbone: backbone,
      casing: casing
    ).write(model, to: path)
  }

  /// Sets a head to tensors that must be exactly its own.
  private static func load(_ head: [AdapterTensor], into model: FineTunedModel) throws {
    let own = model.headParameters
    let unknown = head.map(\.name).filter { name in !own.contains { $0.name == name } }
    guard unknown.isEmpty else { throw MethodError.unknownTensors(names: unknown) }
    for entry in own {
      guard let tensor = head.first(where: { $0.name == entry.name }) else {
        throw MethodError.missingTensors(names: [entry.name])
      }
      guard tensor.shape == entry.parameter.shape.list else {
        throw MethodError.wrongShape(
          tensor: tensor.name, expected: entry.parameter.shape.list, got: tensor.shape)
      }
      entry.parameter.assign(tensor.values)
    }
  }

  /// Writes the tensors of a model with this description, durably and with one spelling.
  func write(_ model: FineTunedModel, to path: String) throws {
    let adapters = model.attached.state(.deployed).map {
      NamedTensor(name: $0.name, shape: $0.shape, values: $0.values)
    }
    let head = model.headParameters.map { entry in
      NamedTensor(
        name: entry.name, shape: entry.parameter.shape.list, values: entry.parameter.array)
    }
    try SafetensorsWriter.write(
      adapters + head, metadata: [Self.key: try StableJSON.line(self)], to: path)
  }

  /// Sets a model, made from this description, to the tensors of a file.
  ///
  /// - Throws: `MethodError` and `CheckpointError` for missing, unknown or misshapen tensors.
  func load(_ path: String, into model: FineTunedModel) throws {
    let reader = try WeightReader(file: path)
    for entry in model.headParameters {
      let tensor = try reader.tensor(entry.name, shape: entry.parameter.shape.list)
      withExtendedLifetime(tensor.owner) { entry.parameter.assign(tensor.values) }
    }
    let heads = Set(model.headParameters.map(\.name))
    try model.attached.load(
      reader.names.filter { !heads.contains($0) }.map { name in
        let tensor = try reader.tensor(name)
        return withExtendedLifetime(tensor.owner) {
          AdapterTensor(name: name, shape: tensor.shape, values: Array(tensor.values))
        }
      })
  }
}

extension Shape {
  /// The extents as files write them.
  var list: [Int] { (0..<rank).map { self[$0] } }
}
