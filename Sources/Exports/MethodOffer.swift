import Backbones
public import Checkpoints
import LinearAlgebra
import NeuralNets
import PEFTMethods
public import SearchSpaces
import TensorCore

/// What a backbone and the export formats make of one method with its defaults in all layers.
///
/// Its tensors hold drawn values, as if they were trained; what a schedule does to them (diff pruning
/// closes its gates) is not done. The head is one behind a pooler, which every format holds, whether
/// the backbone has a pooler or not.
public struct MethodOffer: Sendable {
  /// Why the backbone does not take it; nil where it does.
  public let refusal: String?
  /// The names of the formats that hold it, in the order of the registry.
  public let exports: [String]

  /// Attaches the method to the backbone and asks every format.
  ///
  /// - Throws: what is wrong with the backbone's files, or a `MethodError`.
  public init(of schema: MethodSchema, on source: BackboneDirectory) throws {
    let instance = schema.defaultInstance
    let shape = try source.shape()
    refusal = schema.refusal(instance, shape)
    guard refusal == nil else {
      exports = []
      return
    }
    let backbone = try BackboneRegistry.load(source)
    let isModelWide = schema.scope == .model
    let configuration = PEFTConfiguration(
      groups: [LayerGroup(layers: shape.layers, methods: isModelWide ? [] : [instance])],
      model: isModelWide ? [instance] : [], training: TrainingSettings())
    let key = RandomKey(seed: 0)
    let attached = try PEFTModelBuilder.attach(configuration, to: backbone, key: key)
    for tensor in attached.tensors where tensor.isTrained {
      var random = CounterRandom(key.derived(tensor.name))
      tensor.parameter.assign(tensor.parameter.array.map { $0 + Float(0.1 * random.normal()) })
    }
    let labels = ["no", "yes"]
    let width = shape.width
    let pooler =
      backbone.pooler
      ?? Linear(
        weight: Parameter(
          path: "pooler", shape: Shape(width, width),
          values: [Float](repeating: 0, count: width * width)), bias: nil)
    let head = PoolerHead(pooler: pooler, outputCount: labels.count, dropout: 0, key: key)
    let subject = ExportSubject(
      attached: attached, backbone: backbone, head: head, source: source, baseModelName: "",
      labels: labels,
      provenance: ExportSubject.Provenance(
        run: "", trial: 0, task: "", metric: "", score: nil, programVersion: ""))
    exports = ExporterRegistry.all.filter { $0.init().refusal(of: subject) == nil }.map { $0.name }
  }
}
