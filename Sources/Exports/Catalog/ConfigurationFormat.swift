import Backbones
import Checkpoints
import Foundation
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore

/// The project's own format: a YAML configuration that `autopeft train` takes again, and the
/// trained tensors beside it.
///
/// `configuration.yaml` is the deployed configuration (a prefix behind an MLP is a flat prefix),
/// `adapter.safetensors` its tensors under the names of `AttachedConfiguration`, the head's under
/// `head.`. Every configuration can be held.
public struct ConfigurationFormat: Exporter {
  public static let name = "config"
  public static let summary =
    "YAML that `autopeft train` takes again, with the trained tensors; holds everything."
  public static let library = "autopeft"

  static let configurationFile = "configuration.yaml"
  static let tensorFile = "adapter.safetensors"

  public init() {}

  public func refusal(of subject: ExportSubject) -> String? { nil }

  public func write(_ subject: ExportSubject, to directory: String) throws {
    let folder = URL(filePath: directory)
    let deployed = try PEFTModelBuilder.deployed(subject.attached.configuration)
    try AtomicFile.write(
      deployed.yaml, to: folder.appending(path: Self.configurationFile).path)
    let tensors =
      subject.attached.state(.deployed).map {
        NamedTensor(name: $0.name, shape: $0.shape, values: $0.values)
      }
      + subject.head.parameters.map { NamedTensor("head.\($0.name)", $0.parameter) }
      + trainedPooler(of: subject)
    try SafetensorsWriter.write(
      tensors, metadata: ["format": "pt"], to: folder.appending(path: Self.tensorFile).path)
    let card = ModelCard.text(
      subject, format: Self.name,
      loading: """
        `autopeft train \(Self.configurationFile) --task TASK` trains this configuration again. `\(Self.tensorFile)` holds the trained tensors in float32.
        """)
    try AtomicFile.write(card, to: folder.appending(path: "README.md").path)
  }

  /// The pooler where the head trains it; one that a method rewrites is among the method's tensors.
  private func trainedPooler(of subject: ExportSubject) -> [NamedTensor] {
    guard let head = subject.head as? PoolerHead, head.pooler.weight.isTrainable else { return [] }
    let taken = Set(subject.attached.tensors.map { ObjectIdentifier($0.parameter) })
    guard !taken.contains(ObjectIdentifier(head.pooler.weight)) else { return [] }
    return NamedTensor.linear(head.pooler, "head.pooler")
  }

  public func reload(_ directory: String, like subject: ExportSubject) throws -> ReloadedModel {
    let folder = URL(filePath: directory)
    let file = folder.appending(path: Self.configurationFile)
    let backbone = try BackboneRegistry.load(subject.source)
    let configuration = try PEFTConfiguration(
      yaml: String(contentsOf: file, encoding: .utf8), file: file.path,
      schemas: MethodRegistry.schemas, backbone: try subject.source.shape())
    let attached = try PEFTModelBuilder.attach(
      configuration, to: backbone, key: RandomKey(seed: 0))
    let reader = try WeightReader(file: folder.appending(path: Self.tensorFile).path)
    try attached.load(
      attached.tensors.map { tensor in
        let stored = try reader.tensor(tensor.name)
        return AdapterTensor(name: tensor.name, shape: stored.shape, values: Array(stored.values))
      })
    let head = try subject.head.copy(from: reader.scoped("head"), backbone: backbone)
    try reader.checkAllUsed()
    return ReloadedModel(backbone: backbone, head: head)
  }
}
