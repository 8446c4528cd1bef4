/// The pickle of a torch archive: a dictionary from names to tensors, in both directions.
///
/// Only what `torch.save` writes for such a dictionary is known: no other callable is ever named or
/// followed. A tensor is `torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, False,
/// OrderedDict())`, its storage the persistent id `('storage', torch.FloatStorage, key, 'cpu', n)`.
///
/// Reference: python/cpython Lib/pickletools.py; pytorch/pytorch torch/_utils.py.
enum TensorPickle {
  /// A tensor as the pickle describes it, row-major from `offset` in the storage `data/KEY`.
  struct Entry: Hashable {
    let name: String
    let key: String
    /// In elements.
    let offset: Int
    let shape: [Int]
    /// The elements of the storage.
    let storageCount: Int
  }

  /// The operations of the protocol that dictionaries of tensors need.
  enum Code {
    static let mark = UInt8(ascii: "(")
    static let stop = UInt8(ascii: ".")
    static let none = UInt8(ascii: "N")
    static let `true`: UInt8 = 0x88
    static let `false`: UInt8 = 0x89
    static let integer4 = UInt8(ascii: "J")
    static let integer1 = UInt8(ascii: "K")
    static let integer2 = UInt8(ascii: "M")
    static let long1: UInt8 = 0x8A
    static let text = UInt8(ascii: "X")
    static let emptyDictionary = UInt8(ascii: "}")
    static let setItem = UInt8(ascii: "s")
    static let setItems = UInt8(ascii: "u")
    static let emptyTuple = UInt8(ascii: ")")
    static let tuple = UInt8(ascii: "t")
    static let tuple1: UInt8 = 0x85
    static let tuple2: UInt8 = 0x86
    static let tuple3: UInt8 = 0x87
    static let global = UInt8(ascii: "c")
    static let reduce = UInt8(ascii: "R")
    static let persistent = UInt8(ascii: "Q")
    static let put1 = UInt8(ascii: "q")
    static let put4 = UInt8(ascii: "r")
    static let get1 = UInt8(ascii: "h")
    static let get4 = UInt8(ascii: "j")
    static let `protocol`: UInt8 = 0x80
  }

  static let rebuild = "torch._utils _rebuild_tensor_v2"
  static let orderedDictionary = "collections OrderedDict"
  static let floats = "torch FloatStorage"

  /// The pickle of tensors, tensor i in storage i, with their further names.
  static func bytes(_ tensors: [NamedTensor], aliases: [String: String] = [:]) -> [UInt8] {
    var out: [UInt8] = [Code.protocol, 2, Code.emptyDictionary, Code.mark]
    for (index, tensor) in tensors.enumerated() {
      let others = aliases.filter { $0.value == tensor.name }.keys.sorted()
      for name in [tensor.name] + others { out += entry(name, tensor.shape, storage: index) }
    }
    return out + [Code.setItems, Code.stop]
  }

  private static func entry(_ name: String, _ shape: [Int], storage: Int) -> [UInt8] {
    var out = text(name) + global(rebuild) + [Code.mark, Code.mark]
    out += text("storage") + global(floats) + text(String(storage)) + text("cpu")
    out += integer(shape.reduce(1, *)) + [Code.tuple, Code.persistent]
    out += integer(0) + tuple(shape) + tuple(strides(shape)) + [Code.false]
    out += global(orderedDictionary) + [Code.emptyTuple, Code.reduce]
    return out + [Code.tuple, Code.reduce]
  }

  /// The strides of a row-major tensor, in elements; of an axis without elements as PyTorch counts.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides: [Int] = []
    var next = 1
    for extent in shape.reversed() {
      strides.insert(next, at: 0)
      next *= max(extent, 1)
    }
    return strides
  }

  private static func text(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    return [Code.text] + little(UInt32(bytes.count)) + bytes
  }

  private static func global(_ name: String) -> [UInt8] {
    [Code.global] + Array(name.replacing(" ", with: "\n").utf8) + [UInt8(ascii: "\n")]
  }

  /// A whole number below 2³¹, which the limit on the size of archives guarantees.
  private static func integer(_ value: Int) -> [UInt8] {
    [Code.integer4] + little(UInt32(value))
  }

  private static func tuple(_ values: [Int]) -> [UInt8] {
    [Code.mark] + values.flatMap(integer) + [Code.tuple]
  }

  private static func little(_ value: UInt32) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
