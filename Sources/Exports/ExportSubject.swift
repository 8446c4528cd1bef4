internal import Backbones
public import Checkpoints
public import NeuralNets
public import PEFTMethods
import TensorCore

/// A trained model that is to be exported: the attached configuration, its head, and its origin.
public struct ExportSubject {
  /// Where the numbers come from, for the README in the export.
  public struct Provenance: Sendable {
    public var run: String
    public var trial: Int
    public var task: String
    /// The metric's name and its validation score.
    public var metric: String
    public var score: Double?
    /// The 95 % interval of the score over the validation examples; nil where it is not known.
    public var interval: ClosedRange<Double>?
    /// Validation scores of the same configuration, trained anew on fresh seeds.
    public var freshScores: [Double]
    public var programVersion: String

    public init(
      run: String, trial: Int, task: String, metric: String, score: Double?,
      interval: ClosedRange<Double>? = nil, freshScores: [Double] = [], programVersion: String
    ) {
      self.run = run
      self.trial = trial
      self.task = task
      self.metric = metric
      self.score = score
      self.interval = interval
      self.freshScores = freshScores
      self.programVersion = programVersion
    }
  }

  public let attached: AttachedConfiguration
  public let backbone: any Backbone
  public let head: any PredictionHead
  /// The directory that the backbone was read from.
  public let source: BackboneDirectory
  /// What consumers shall call the backbone (`base_model_name_or_path`).
  public let baseModelName: String
  /// Whether letters become small; nil where the files of `source` say it.
  public let lowercases: Bool?
  /// The classes' names in order; empty for a regression.
  public let labels: [String]
  public var provenance: Provenance

  public init(
    attached: AttachedConfiguration, backbone: any Backbone, head: any PredictionHead,
    source: BackboneDirectory, baseModelName: String, lowercases: Bool? = nil, labels: [String],
    provenance: Provenance
  ) {
    self.attached = attached
    self.backbone = backbone
    self.head = head
    self.source = source
    self.baseModelName = baseModelName
    self.lowercases = lowercases
    self.labels = labels
    self.provenance = provenance
  }

  /// The largest difference of logits between this model and what an export gives back.
  public func largestLogitDifference(
    to reloaded: ReloadedModel, on batches: [PackedBatch]
  ) -> Float {
    Tape.evaluate { tape in
      var largest: Float = 0
      for batch in batches {
        tape.reset()
        let own = head.logits(
          hidden: backbone.hidden(batch, tape: tape), batch: backbone.expanded(batch), tape: tape)
        let other = reloaded.head.logits(
          hidden: reloaded.backbone.hidden(batch, tape: tape),
          batch: reloaded.backbone.expanded(batch), tape: tape)
        for (a, b) in zip(own.values, other.values) {
          largest = (a - b).isNaN ? .infinity : max(largest, abs(a - b))
        }
      }
      return largest
    }
  }
}
