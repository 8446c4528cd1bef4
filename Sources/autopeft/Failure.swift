import ArgumentParser
import Backbones
import Checkpoints
import Executors
import Exports
import Foundation
import PEFTMethods
import Reports
import RunStore
import SearchSpaces
import SearchStrategies
import Studies
import Tokenizers
import Training

/// An error on its way out of the program: the sentence for people and the code for programs.
///
/// Codes: 0 done · 1 unexpected · 2 usage or space error · 3 no feasible trial · 65 damaged data ·
/// 73 cannot create output · 74 input or output failed · 75 stopped with a valid checkpoint.
struct Failure {
  let code: Int32
  let text: String?
  private let parserError: (any Error)?

  /// An outcome that is no error of the program but has a code of its own.
  struct Outcome: Error {
    let code: Int32
    let text: String?
  }

  init(_ error: any Error) {
    let parserCode = Autopeft.exitCode(for: error)
    if let outcome = error as? Outcome {
      (code, text, parserError) = (outcome.code, outcome.text, nil)
    } else if let known = Self.code(of: error) {
      (code, text, parserError) = (known, "\(error)", nil)
    } else if parserCode == .success {
      (code, text, parserError) = (0, nil, error)
    } else if parserCode == .validationFailure {
      (code, text, parserError) = (2, nil, error)
    } else {
      (code, text, parserError) = (1, "\(error)", nil)
    }
  }

  /// Prints the sentence and ends the program.
  func exit() -> Never {
    if let parserError {
      let message = Autopeft.fullMessage(for: parserError)
      if !message.isEmpty {
        print(message, to: code == 0 ? .output : .error)
      }
    } else if let text {
      print("autopeft: \(text)", to: .error)
    }
    Foundation.exit(code)
  }

  private enum Stream {
    case output
    case error
  }

  private func print(_ text: String, to stream: Stream) {
    let handle: FileHandle = stream == .output ? .standardOutput : .standardError
    handle.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
  }

  /// The exit code of an error that the modules throw; nil for others.
  private static func code(of error: any Error) -> Int32? {
    switch error {
    case let error as StudyError: error.exitCode
    case let error as EarlierRunError: error.exitCode
    case let error as ReportError: error.exitCode
    case let error as ExecutorError: error.exitCode
    case let error as RunDirectoryError: error.exitCode
    case let error as RunStoreError: error.exitCode
    case is SpaceError, is StrategyError, is MethodError, is TaskError: 2
    case is Infeasibility: 2
    case let error as ExportError: error.exitCode
    case let error as ImportError: error.exitCode
    case let error as TraceError: error.exitCode
    case is CheckpointError, is BackboneError, is TokenizerError, is TrialError, is BenchmarkError:
      65
    case is FileError: 74
    case is CocoaError: 74
    default: nil
    }
  }
}

extension TraceError {
  /// 73 for output, 2 for what the user can ask differently.
  var exitCode: Int32 {
    switch self {
    case .exists: 73
    case .alreadyTrained: 2
    }
  }
}

extension ExportError {
  /// 2 for what the user can ask differently, 73 for output, 65 for damaged files.
  var exitCode: Int32 {
    switch self {
    case .unknownFormat, .refused, .unknownArchitecture: 2
    case .outputExists, .cannotCreate: 73
    case .missingTensor, .wrongShape, .damaged: 65
    }
  }
}

extension ImportError {
  /// 2 for what the user can ask differently, 65 for files that cannot be read.
  var exitCode: Int32 {
    switch self {
    case .unsupported, .otherBackbone, .noHead, .wrongOutputCount, .otherLabels: 2
    case .notAnAdapter, .noWeights, .badField, .unknownModule, .missingTensor, .wrongShape,
      .notFinite, .damaged, .nothingAdapted:
      65
    }
  }
}
