import Backbones
import Checkpoints
import Foundation
import NeuralNets
import TensorCore

/// Which library wrote a folder, from its `adapter_config.json`.
struct AdapterFormat {
  private enum Library {
    case peft
    case adapterHub
  }

  private let folder: String
  private let library: Library
  private let fields: ImportFields

  static let configFile = "adapter_config.json"

  init(_ folder: String) throws {
    self.folder = folder
    let file = "\(folder)/\(Self.configFile)"
    guard FileManager.default.fileExists(atPath: file) else {
      throw ImportError.notAnAdapter(folder: folder, reason: "there is no \(Self.configFile)")
    }
    fields = try ImportFields(file: file)
    if fields["peft_type"] != nil {
      library = .peft
    } else if fields["config"] != nil {
      library = .adapterHub
    } else {
      throw ImportError.notAnAdapter(
        folder: folder,
        reason: "\(Self.configFile) has neither 'peft_type' (PEFT) nor 'config' (AdapterHub)")
    }
  }

  /// What the adapter calls its backbone.
  var backboneName: String? {
    get throws {
      try fields.optionalText(library == .peft ? "base_model_name_or_path" : "model_name")
    }
  }

  func read(_ source: BackboneDirectory) throws -> ImportedAdapter {
    let host = ImportHost(
      backbone: try BackboneRegistry.load(source),
      task: try TaskModel.of(modelType: source.config.modelType),
      modelType: source.config.modelType)
    let content: ImportContent
    switch library {
    case .peft: content = try PEFTImport(folder: folder, fields: fields, host: host).read()
    case .adapterHub:
      content = try AdapterHubImport(folder: folder, fields: fields, host: host).read()
    }
    let raised = try RaisedAdapter(content.parts, file: fields.file, host: host)
    return ImportedAdapter(
      origin: content.origin, configuration: raised.configuration, tensors: raised.tensors,
      head: content.head, backboneName: try backboneName, notes: content.notes + raised.notes)
  }
}

/// What a library's reader found.
struct ImportContent {
  /// What was read, such as `LORA of PEFT`.
  let origin: String
  let parts: [ImportedPart]
  let head: ImportedAdapter.Head?
  var notes: [String] = []
}

/// One adapter at its site, as it was read.
struct ImportedPart {
  let site: InsertionSite
  let form: CanonicalForm
  /// The share that training set to zero.
  var dropout = 0.0
}

/// The backbone that an adapter is read for.
struct ImportHost {
  let backbone: any Backbone
  let task: TaskModel
  let modelType: String

  /// Every linear map that can be adapted, by its path in the checkpoint.
  var maps: [String: (site: InsertionSite, linear: Linear)] {
    var maps: [String: (site: InsertionSite, linear: Linear)] = [:]
    for layer in 0..<backbone.layerCount {
      for point in backbone.insertionPoints(layer: layer) {
        let site = InsertionSite(layer: layer, point: point)
        guard let linear = backbone.linear(at: site) else { continue }
        maps[String(linear.weight.path.dropLast(".weight".count))] = (site, linear)
      }
    }
    return maps
  }
}
