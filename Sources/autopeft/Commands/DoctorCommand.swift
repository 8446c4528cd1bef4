import ArgumentParser
import Executors
import Foundation
import LinearAlgebra
import Reports
import RunStore
import SearchSpaces
import Training

/// `autopeft doctor`: what the program finds on this machine.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check this machine and print the effective settings.")

  @OptionGroup var runs: RunOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    var table = Table(columns: ["check", "result", "detail"])
    var isHealthy = true
    func add(_ check: String, _ body: () throws -> String) {
      do {
        table.append([.text(check), .text("ok"), .text(try body())])
      } catch {
        isHealthy = false
        table.append([.text(check), .text("problem"), .text("\(error)")])
      }
    }
    add("program") { ProgramVersion.text }
    for (name, fact) in RunEnvironment.ofMachine().facts.sorted(by: { $0.key < $1.key }) {
      add(name) { fact }
    }
    add("cores") { "\(ProcessInfo.processInfo.activeProcessorCount)" }
    add("blas") { BLAS.description }
    add("embedded backbone") {
      let shape = try BackboneFacts(name: "embedded").shape
      return "\(shape.layers) layers, \(shape.parameterCount) parameters"
    }
    add("worker program") { try ProgramFile.path() }
    add("runs folder") { try Self.runsFolder(runs.runsDir) }
    Console.output(table.rendered(as: output.format), terminator: "")
    guard isHealthy else { throw Failure.Outcome(code: 1, text: "this machine has problems.") }
  }

  /// Where runs go, how much room there is, and how transactions are kept there.
  private static func runsFolder(_ path: String) throws -> String {
    let existing = FileManager.default.fileExists(atPath: path) ? path : "."
    let facts = try FileSystemFacts(of: existing)
    let journal = facts.isNetworked ? "rollback journal (networked)" : "write-ahead log"
    return "\(path): \(facts.freeBytes / 1_000_000) MB free on \(facts.kind), \(journal)"
  }
}
