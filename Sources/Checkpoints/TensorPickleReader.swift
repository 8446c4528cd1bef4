/// Reads the pickle of a dictionary of tensors, operation by operation.
struct TensorPickleReader {
  /// What can stand on the stack.
  private enum Value {
    case mark
    case none
    case flag(Bool)
    case integer(Int)
    case text(String)
    case tuple([Value])
    case dictionary([(name: Value, value: Value)])
    /// Module and name of a callable or a class.
    case global(String)
    case storage(key: String, count: Int)
    case tensor(key: String, storageCount: Int, offset: Int, shape: [Int])
  }

  private typealias Code = TensorPickle.Code

  private let bytes: [UInt8]
  private var position = 0
  private var stack: [Value] = []
  private var memo: [Int: Value] = [:]

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The tensors of a pickle in its own order.
  static func entries(_ bytes: [UInt8]) throws(TorchArchiveFault) -> [TensorPickle.Entry] {
    var reader = TensorPickleReader(bytes)
    while try reader.step() {}
    guard reader.stack.count == 1, case .dictionary(let items) = reader.stack[0] else {
      throw .pickle("it is no dictionary")
    }
    var entries: [TensorPickle.Entry] = []
    for item in items {
      guard case .text(let name) = item.name,
        case .tensor(let key, let storageCount, let offset, let shape) = item.value
      else { throw .pickle("an entry of the dictionary is no named tensor") }
      entries.append(
        TensorPickle.Entry(
          name: name, key: key, offset: offset, shape: shape, storageCount: storageCount))
    }
    return entries
  }

  /// Executes one operation; false at the end.
  private mutating func step() throws(TorchArchiveFault) -> Bool {
    let code = try byte()
    switch code {
    case Code.stop: return false
    case Code.protocol: _ = try byte()
    case Code.none: stack.append(.none)
    case Code.true: stack.append(.flag(true))
    case Code.false: stack.append(.flag(false))
    case Code.integer1: stack.append(.integer(try number(1)))
    case Code.integer2: stack.append(.integer(try number(2)))
    case Code.integer4: stack.append(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
    case Code.long1: stack.append(.integer(try number(Int(try byte()))))
    case Code.text: stack.append(.text(try text(try number(4))))
    case Code.global:
      let module = try line()
      stack.append(.global("\(module) \(try line())"))
    case Code.put1: try remember(try number(1))
    case Code.put4: try remember(try number(4))
    case Code.get1: stack.append(try remembered(try number(1)))
    case Code.get4: stack.append(try remembered(try number(4)))
    default: try build(code)
    }
    return true
  }

  /// Executes an operation that makes a value of others.
  private mutating func build(_ code: UInt8) throws(TorchArchiveFault) {
    switch code {
    case Code.mark: stack.append(.mark)
    case Code.emptyDictionary: stack.append(.dictionary([]))
    case Code.emptyTuple: stack.append(.tuple([]))
    case Code.tuple: stack.append(.tuple(try popToMark()))
    case Code.tuple1: stack.append(.tuple(try pop(1)))
    case Code.tuple2: stack.append(.tuple(try pop(2)))
    case Code.tuple3: stack.append(.tuple(try pop(3)))
    case Code.setItem: try setItems(try pop(2))
    case Code.setItems: try setItems(try popToMark())
    case Code.persistent: stack.append(try storage(try pop(1)[0]))
    case Code.reduce:
      let parts = try pop(2)
      stack.append(try call(parts[0], parts[1]))
    default: throw .pickle("operation \(code) is not one of a dictionary of tensors")
    }
  }

  private mutating func setItems(_ items: [Value]) throws(TorchArchiveFault) {
    guard items.count % 2 == 0, case .dictionary(var members) = try pop(1)[0] else {
      throw .pickle("names and values do not stand in pairs")
    }
    for index in stride(from: 0, to: items.count, by: 2) {
      members.append((items[index], items[index + 1]))
    }
    stack.append(.dictionary(members))
  }

  private func storage(_ identity: Value) throws(TorchArchiveFault) -> Value {
    guard case .tuple(let parts) = identity, parts.count == 5, case .text("storage") = parts[0],
      case .global(let type) = parts[1], case .text(let key) = parts[2],
      case .integer(let count) = parts[4], count >= 0
    else { throw .pickle("a storage is not described as PyTorch does") }
    guard type == TensorPickle.floats else {
      throw .pickle("a storage is '\(type)', expected '\(TensorPickle.floats)'")
    }
    return .storage(key: key, count: count)
  }

  private func call(_ callable: Value, _ arguments: Value) throws(TorchArchiveFault) -> Value {
    guard case .global(let name) = callable, case .tuple(let parts) = arguments else {
      throw .pickle("what is called is no function")
    }
    switch name {
    case TensorPickle.orderedDictionary where parts.isEmpty:
      return .dictionary([])
    case TensorPickle.rebuild where parts.count >= 5:
      guard case .storage(let key, let count) = parts[0], case .integer(let offset) = parts[1],
        let shape = integers(parts[2]), let strides = integers(parts[3])
      else { throw .pickle("a tensor is not described as PyTorch does") }
      guard strides == TensorPickle.strides(shape) else {
        throw .pickle("a tensor of shape \(shape) has strides \(strides) and is not row-major")
      }
      return .tensor(key: key, storageCount: count, offset: offset, shape: shape)
    default:
      throw .pickle("it calls '\(name)', which no dictionary of tensors needs")
    }
  }

  private func integers(_ value: Value) -> [Int]? {
    guard case .tuple(let parts) = value else { return nil }
    var result: [Int] = []
    for part in parts {
      guard case .integer(let number) = part, number >= 0 else { return nil }
      result.append(number)
    }
    return result
  }

  // MARK: Stack and bytes

  private mutating func remember(_ index: Int) throws(TorchArchiveFault) {
    guard let last = stack.last else { throw .pickle("its stack is empty") }
    memo[index] = last
  }

  private func remembered(_ index: Int) throws(TorchArchiveFault) -> Value {
    guard let value = memo[index] else { throw .pickle("nothing was remembered at \(index)") }
    return value
  }

  private mutating func pop(_ count: Int) throws(TorchArchiveFault) -> [Value] {
    guard stack.count >= count else { throw .pickle("its stack is empty") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(TorchArchiveFault) -> [Value] {
    let mark = stack.lastIndex {
      if case .mark = $0 { return true }
      return false
    }
    guard let mark else { throw .pickle("its stack has no mark") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[(mark + 1)...])
  }

  private mutating func byte() throws(TorchArchiveFault) -> UInt8 {
    guard position < bytes.count else { throw .pickle("it ends in the middle") }
    defer { position += 1 }
    return bytes[position]
  }

  /// A little-endian whole number of at most 7 bytes.
  private mutating func number(_ count: Int) throws(TorchArchiveFault) -> Int {
    guard count <= 7 else { throw .pickle("a number has \(count) bytes") }
    var value = 0
    for index in 0..<count { value |= Int(try byte()) << (8 * index) }
    return value
  }

  private mutating func text(_ count: Int) throws(TorchArchiveFault) -> String {
    guard count <= bytes.count - position else { throw .pickle("it ends in the middle") }
    defer { position += count }
    return String(decoding: bytes[position..<position + count], as: UTF8.self)
  }

  private mutating func line() throws(TorchArchiveFault) -> String {
    guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
      throw .pickle("it ends in the middle")
    }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }
}
