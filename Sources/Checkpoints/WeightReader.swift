internal import Glibc
internal import StrictJSON
internal import Synchronization

/// Reads the tensors of a checkpoint by name: one safetensors file, or the shards of a folder.
///
/// A reader knows which tensors were asked for, so that a checkpoint of another architecture does
/// not pass unnoticed: `checkAllUsed()` throws where tensors are left over. Readers made by
/// `scoped(_:)` share this knowledge with the reader they come from.
public struct WeightReader: Sendable {
  /// What the scoped readers of one checkpoint share.
  private final class Source: Sendable {
    let path: String
    let files: [SafetensorsFile]
    /// File and place in it of every tensor.
    let places: [ExactText: (file: Int, tensor: Int)]
    let names: [String]
    let used = Mutex<Set<ExactText>>([])

    init(path: String, files: [SafetensorsFile]) throws(CheckpointError) {
      var places: [ExactText: (file: Int, tensor: Int)] = [:]
      for (fileIndex, file) in files.enumerated() {
        for (tensorIndex, tensor) in file.tensors.enumerated() {
          places[ExactText(tensor.name)] = (fileIndex, tensorIndex)
        }
      }
      self.path = path
      self.files = files
      self.places = places
      names = places.keys.sorted().map(\.text)
    }
  }

  private let source: Source
  /// What stands before every name, a closing point included; empty for the whole checkpoint.
  public let prefix: String

  private init(source: Source, prefix: String) {
    self.source = source
    self.prefix = prefix
  }

  /// Opens one safetensors file.
  public init(file path: String) throws(CheckpointError) {
    let file = try SafetensorsFile(path: path)
    self.init(source: try Source(path: path, files: [file]), prefix: "")
  }

  /// Opens the weights of a model's folder: `model.safetensors`, else the files that
  /// `model.safetensors.index.json` lists.
  public init(directory: String) throws(CheckpointError) {
    let single = directory + "/model.safetensors"
    if FolderListing.exists(single) {
      try self.init(file: single)
      return
    }
    let index = directory + "/model.safetensors.index.json"
    guard FolderListing.exists(index) else {
      throw .noWeights(folder: directory, others: try Self.otherFormats(in: directory))
    }
    let files = try ShardIndex(path: index).openFiles(in: directory)
    self.init(source: try Source(path: index, files: files), prefix: "")
  }

  /// The file or the index that is read.
  public var path: String { source.path }

  /// The free texts in the headers of all files; of equal keys the first file's.
  public var metadata: [String: String] {
    source.files.reduce(into: [:]) { result, file in
      result.merge(file.metadata) { first, _ in first }
    }
  }

  /// The names below the prefix, without it, sorted by bytes.
  public var names: [String] {
    source.names.filter { $0.utf8.starts(with: prefix.utf8) }.map { name in
      String(name.unicodeScalars.dropFirst(prefix.unicodeScalars.count))
    }
  }

  /// The same checkpoint below one more part of the path: `scoped("encoder.layer.0")`.
  public func scoped(_ part: String) -> WeightReader {
    WeightReader(source: source, prefix: part.isEmpty ? prefix : prefix + part + ".")
  }

  /// Whether there is a tensor of this name.
  public func contains(_ name: String) -> Bool {
    source.places[ExactText(prefix + name)] != nil
  }

  /// The shape of a tensor, without reading it and without counting it as used.
  public func shape(_ name: String) throws(CheckpointError) -> [Int] {
    try info(name).info.shape
  }

  /// A tensor of a known shape.
  ///
  /// - Throws: `.missingTensor`, `.wrongShape`, or `.notFloats` for element types other than
  ///   F32, F16 and BF16.
  public func tensor(_ name: String, shape: [Int]) throws(CheckpointError) -> MappedTensor {
    let (file, info) = try info(name)
    guard info.shape == shape else {
      throw .wrongShape(path: file.path, name: info.name, expected: shape, got: info.shape)
    }
    return try read(file, info)
  }

  /// A tensor of any shape.
  public func tensor(_ name: String) throws(CheckpointError) -> MappedTensor {
    let (file, info) = try info(name)
    return try read(file, info)
  }

  /// Counts a tensor as used without reading it; nothing happens where there is none.
  ///
  /// For what an architecture knows and does not need, such as stored position numbers.
  public func ignore(_ name: String) {
    let key = ExactText(prefix + name)
    if source.places[key] != nil { source.used.withLock { _ = $0.insert(key) } }
  }

  /// The full names of all tensors of the checkpoint that were neither read nor ignored.
  public var unusedNames: [String] {
    let used = source.used.withLock { $0 }
    return source.names.filter { !used.contains(ExactText($0)) }
  }

  /// Requires that every tensor of the checkpoint was read or ignored.
  ///
  /// - Throws: `.unusedTensors`.
  public func checkAllUsed() throws(CheckpointError) {
    let names = unusedNames
    if !names.isEmpty { throw .unusedTensors(path: path, names: names) }
  }

  // MARK: Parts

  private func read(
    _ file: SafetensorsFile, _ info: SafetensorsFile.TensorInfo
  ) throws(CheckpointError) -> MappedTensor {
    let result = try file.floats(of: info)
    source.used.withLock { _ = $0.insert(ExactText(info.name)) }
    return result
  }

  private func info(
    _ name: String
  ) throws(CheckpointError) -> (file: SafetensorsFile, info: SafetensorsFile.TensorInfo) {
    let full = prefix + name
    guard let place = source.places[ExactText(full)] else {
      throw .missingTensor(path: path, name: full, suggestion: suggestion(for: full))
    }
    let file = source.files[place.file]
    return (file, file.tensors[place.tensor])
  }

  /// A name with the same last three parts, which a different prefix often explains.
  private func suggestion(for name: String) -> String? {
    let ending = name.split(separator: ".").suffix(3)
    return source.names.first { $0.split(separator: ".").suffix(3) == ending }
  }

  private static func otherFormats(in folder: String) throws(CheckpointError) -> [String] {
    let names: [String]
    do { names = try FolderListing.names(in: folder) } catch { throw .file(error) }
    return names.filter { name in
      [".bin", ".h5", ".msgpack", ".onnx", ".gguf", ".ckpt", ".pt", ".pth"].contains {
        name.hasSuffix($0)
      }
    }
  }
}
