import Checkpoints
import NeuralNets

/// One attached adapter as the library would hold it.
struct AdapterHubPart {
  let site: InsertionSite
  /// The method's name in this program, for refusals.
  let method: String
  let form: CanonicalForm
}

/// What one method of AdapterHub writes for its parts, and how it computes with what it reads.
protocol AdapterHubMethod: Sendable {
  /// Whether parts of this form are for this method to hold or to refuse.
  static func holds(_ form: CanonicalForm) -> Bool
  /// Why the parts cannot be held; nil where they can, exactly.
  static func refusal(_ parts: [AdapterHubPart]) -> String?
  /// The configurations of the parts; several are members of a union.
  static func configurations(
    _ parts: [AdapterHubPart], _ model: AdapterHubModel
  ) -> [[String: ConfigValue]]
  /// The tensors of the parts under the library's names.
  static func tensors(_ parts: [AdapterHubPart], _ model: AdapterHubModel) -> [NamedTensor]
  /// Further names under which the library knows tensors that modules share; none by default.
  static func aliases(_ model: AdapterHubModel) -> [String: String]
  /// Whether a configuration of a file is one of this method.
  static func owns(_ configuration: AdapterHubConfiguration) -> Bool
  /// Adds what the library builds for a configuration of a file to the model's backbone.
  static func attach(
    _ configuration: AdapterHubConfiguration, _ tensors: UntakenTensors,
    to model: AdapterHubModel
  ) throws
}

extension AdapterHubMethod {
  static func aliases(_ model: AdapterHubModel) -> [String: String] { [:] }
}
