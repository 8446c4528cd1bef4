/// Which rows of a packed batch are computed.
public enum TokenRows: Sendable, Hashable {
  /// All T tokens.
  case all
  /// The first token ([CLS]) of each of the B sequences.
  case firstTokens
}
