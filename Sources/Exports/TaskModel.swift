import Backbones
import NeuralNets
import TensorCore

/// How Hugging Face's sequence-classification class of an architecture names its parts.
struct TaskModel {
  /// The class, such as `BertForSequenceClassification`.
  let architecture: String
  /// AdapterHub's class with exchangeable heads, such as `BertAdapterModel`.
  let adapterArchitecture: String
  /// What stands before the encoder's names inside the class.
  let encoderPrefix: String
  /// The module of the dense layer on the first token.
  let pooler: String
  /// The module of the output layer.
  let classifier: String

  private static let known: [String: TaskModel] = [
    Bert.modelType: TaskModel(
      architecture: "BertForSequenceClassification", adapterArchitecture: "BertAdapterModel",
      encoderPrefix: BertNames.prefix, pooler: "bert.pooler.dense", classifier: "classifier")
  ]

  static func of(modelType: String) throws(ExportError) -> TaskModel {
    guard let model = known[modelType] else {
      throw .unknownArchitecture(modelType, known: known.keys.sorted())
    }
    return model
  }

  /// A head in the class's own shape: logits = classifier(tanh(pooler(h_[CLS]))).
  struct Head {
    let pooler: Linear
    /// Whether the pooler differs from the checkpoint's.
    let isPoolerTrained: Bool
    let classifier: Linear
  }

  /// The head in this shape; nil for a head without a dense tanh layer.
  static func head(of subject: ExportSubject) -> Head? {
    switch subject.head {
    case let head as PoolerHead:
      return Head(
        pooler: head.pooler, isPoolerTrained: head.pooler.weight.isTrainable,
        classifier: head.output)
    case let head as TwoLayerHead where subject.backbone.pooler != nil:
      return Head(pooler: head.dense, isPoolerTrained: true, classifier: head.output)
    default:
      return nil
    }
  }

  static let headRefusal =
    "the head is one linear layer on the first token, and the class there puts a dense tanh layer"
    + " before it (the backbone has no pooler). Use --format config."
}
