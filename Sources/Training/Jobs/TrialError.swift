/// Why a trial cannot be trained at all, or its files cannot be used.
///
/// A training that goes wrong by itself is no error: it gives a failed `TrialResult`.
public enum TrialError: Error, Hashable, Sendable, CustomStringConvertible {
  case missingDirectory(String)
  case noPooler(HeadKind)
  case impossibleSetting(name: String, expected: String, got: String)
  case damagedResult(path: String, reason: String)
  case damagedCheckpoint(path: String, reason: String)
  case foreignCheckpoint(path: String)
  case notAnAdapter(path: String, missing: String)
  case damagedAdapter(path: String, reason: String)
  case adapterOfOtherTask(adapter: String, task: String)
  case embeddedMissing(folder: String)
  case tokenizerTooLarge(tokens: Int, rows: Int)

  public var description: String {
    switch self {
    case .missingDirectory(let path):
      "no folder '\(path)' for the trial's files. The controller makes it before a trial starts; "
        + "make it first."
    case .noPooler(let kind):
      "head '\(kind.rawValue)' needs a pooler, and the checkpoint has none. "
        + "Choose --head token or two-layer."
    case .impossibleSetting(let name, let expected, let got):
      "training: '\(name)' must be \(expected), got \(got)."
    case .damagedResult(let path, let reason):
      "\(path): expected a trial's result, got other content (\(reason)). "
        + "Remove the file to train the trial anew."
    case .damagedCheckpoint(let path, let reason):
      "\(path): the checkpoint is damaged (\(reason))."
    case .foreignCheckpoint(let path):
      "\(path): the checkpoint belongs to another training. Remove it to start this one anew."
    case .notAnAdapter(let path, let missing):
      "\(path): expected an adapter of autopeft, but its header has no '\(missing)'. "
        + "Use 'autopeft import' for adapters of other programs."
    case .damagedAdapter(let path, let reason):
      "\(path): the adapter's header is damaged (\(reason)). Train or export it anew."
    case .adapterOfOtherTask(let adapter, let task):
      "the adapter answers with \(adapter), the task asks for \(task). "
        + "Name the task that it was trained on."
    case .embeddedMissing(let folder):
      "the embedded backbone is not in '\(folder)', where the program expects it. "
        + "Build the program anew, or name another --backbone."
    case .tokenizerTooLarge(let tokens, let rows):
      "the tokenizer has \(tokens) tokens, the backbone \(rows) embeddings. "
        + "Do both belong to the same checkpoint?"
    }
  }
}
