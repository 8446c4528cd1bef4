internal import StrictJSON

/// `model.safetensors.index.json`: which file of a folder holds which tensor.
///
/// Reference: huggingface/transformers src/transformers/utils/hub.py, `get_checkpoint_shard_files`.
struct ShardIndex {
  let path: String
  /// File of every tensor, in the order of the index.
  let places: [(tensor: String, file: String)]

  init(path: String) throws(CheckpointError) {
    self.path = path
    let bytes: [UInt8]
    do { bytes = try MappedFile.contents(of: path) } catch { throw .file(error) }
    let json: JSONValue
    do {
      json = try JSONValue(parsing: bytes)
    } catch { throw .badIndex(path: path, .notJSON(error.description)) }
    guard let map = json.object?["weight_map"]?.object else {
      throw .badIndex(path: path, .noWeightMap)
    }
    var places: [(tensor: String, file: String)] = []
    for member in map.members {
      guard let file = member.value.string else {
        throw .badIndex(path: path, .notText(tensor: member.key, got: member.value.inWords))
      }
      // A name with a folder in it could lead out of the model's folder.
      if file.isEmpty || file == "." || file == ".." || file.utf8.contains(UInt8(ascii: "/"))
        || file.utf8.contains(0)
      {
        throw .badIndex(path: path, .badFileName(tensor: member.key, file: file))
      }
      places.append((member.key, file))
    }
    self.places = places
  }

  /// Every file that is named, once, sorted.
  var fileNames: [String] {
    Set(places.map { ExactText($0.file) }).sorted().map(\.text)
  }

  /// Opens every file that is named, and checks that files and index list the same tensors.
  func openFiles(in folder: String) throws(CheckpointError) -> [SafetensorsFile] {
    var files: [SafetensorsFile] = []
    var found: [ExactText: String] = [:]
    let expected = Dictionary(
      places.map { (ExactText($0.tensor), $0.file) }, uniquingKeysWith: { first, _ in first })
    for name in fileNames {
      let file = try SafetensorsFile(path: folder + "/" + name)
      for tensor in file.tensors {
        let key = ExactText(tensor.name)
        guard let listed = expected[key] else {
          throw .badIndex(path: path, .notInIndex(tensor: tensor.name, file: name))
        }
        if ExactText(listed) != ExactText(name) {
          throw .badIndex(
            path: path, .otherFile(tensor: tensor.name, expected: listed, got: name))
        }
        found[key] = name
      }
      files.append(file)
    }
    for place in places where found[ExactText(place.tensor)] == nil {
      throw .badIndex(path: path, .notInFile(tensor: place.tensor, file: place.file))
    }
    return files
  }
}
