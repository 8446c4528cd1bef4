import Backbones
public import Checkpoints
import Foundation
public import PEFTMethods
public import SearchSpaces

/// An adapter of another library, read, checked and said in this program's own words.
///
/// Attaching `configuration` to the backbone and loading `tensors` gives what the library computes.
/// Where a library has more freedom than one method of this program (modules of one layer with
/// several ranks or scales), factors are filled up with zeros and scales multiplied in, and `notes`
/// says so.
public struct ImportedAdapter: Sendable {
  /// A prediction head.
  public struct Head: Sendable {
    /// The kinds of heads under their names on the command line.
    public enum Kind: String, Sendable {
      case pooler
      case trainedPooler = "trained-pooler"
      case token
      case twoLayer = "two-layer"
    }
    public let kind: Kind
    public let outputCount: Int
    /// Named as in adapter files: `head.output.weight` [C, D] and so on.
    public var tensors: [AdapterTensor]
    /// What the outputs stand for, where the files say it.
    public var labels: [String]?
  }

  /// What was read, such as `LORA of PEFT`.
  public let origin: String
  public let configuration: PEFTConfiguration
  /// Named as `AttachedConfiguration` names them.
  public let tensors: [AdapterTensor]
  /// nil where the folder has none.
  public var head: Head?
  /// What the adapter calls its backbone; nil where it does not say.
  public let backboneName: String?
  /// What was changed on the way, without changing a logit.
  public let notes: [String]

  /// Reads a folder that `save_pretrained` of PEFT or `save_adapter` of adapters wrote.
  ///
  /// Nothing in the folder is trusted: every field that decides a number is checked, every tensor
  /// must be there with the shape that the backbone asks for, and nothing may be left over.
  /// - Parameter source: the backbone that the adapter was made for.
  /// - Throws: `ImportError`, and `CheckpointError` for files that are damaged.
  public static func read(
    _ folder: String, backbone source: BackboneDirectory
  ) throws -> ImportedAdapter {
    do {
      return try AdapterFormat(folder).read(source)
    } catch let error as ExportError {
      throw ImportError(error)
    }
  }

  /// What an adapter calls its backbone, without reading its tensors; nil where it does not say.
  ///
  /// - Throws: `ImportError` where the folder holds no adapter.
  public static func backboneName(_ folder: String) throws -> String? {
    do {
      return try AdapterFormat(folder).backboneName
    } catch let error as ExportError {
      throw ImportError(error)
    }
  }
}

extension ImportedAdapter.Head {
  /// The head with its outputs in another order: output i is what output `order[i]` was.
  public func reordered(_ order: [Int]) -> ImportedAdapter.Head {
    precondition(order.sorted() == Array(0..<outputCount), "Head.reordered: \(order)")
    var head = self
    head.labels = labels.map { labels in order.map { labels[$0] } }
    head.tensors = tensors.map { tensor in
      guard tensor.name.hasPrefix("head.output.") else { return tensor }
      let width = tensor.values.count / outputCount
      return AdapterTensor(
        name: tensor.name, shape: tensor.shape,
        values: order.flatMap { tensor.values[$0 * width..<($0 + 1) * width] })
    }
    return head
  }
}
