/// The type of a stored tensor's elements, by its name in a safetensors header.
public enum ElementType: String, Sendable, CaseIterable {
  case bool = "BOOL"
  case float4 = "F4"
  case float6E2M3 = "F6_E2M3"
  case float6E3M2 = "F6_E3M2"
  case uint8 = "U8"
  case int8 = "I8"
  case float8E5M2 = "F8_E5M2"
  case float8E4M3 = "F8_E4M3"
  case float8E8M0 = "F8_E8M0"
  case int16 = "I16"
  case uint16 = "U16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int32 = "I32"
  case uint32 = "U32"
  case float32 = "F32"
  case complex64 = "C64"
  case float64 = "F64"
  case int64 = "I64"
  case uint64 = "U64"

  /// Bits of one element.
  public var bitWidth: Int {
    switch self {
    case .float4: return 4
    case .float6E2M3, .float6E3M2: return 6
    case .bool, .uint8, .int8, .float8E5M2, .float8E4M3, .float8E8M0: return 8
    case .int16, .uint16, .float16, .bfloat16: return 16
    case .int32, .uint32, .float32: return 32
    case .complex64, .float64, .int64, .uint64: return 64
    }
  }

  /// Whether this program reads tensors of this type as numbers.
  public var isReadable: Bool {
    self == .float32 || self == .float16 || self == .bfloat16
  }
}
