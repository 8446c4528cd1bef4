public import Foundation
internal import GRDB
internal import SearchSpaces

extension RunStore {
  /// Makes configurations trials, with the next numbers, all or none of them.
  ///
  /// - Returns: the trials as the database has them; a resumed run reads the same values.
  /// - Throws: `RunStoreError.duplicate` where a configuration is a trial already.
  public func propose(_ candidates: [NewTrial], at date: Date = Date()) throws -> [TrialRecord] {
    try write { database in
      try candidates.map { candidate in
        if let twin = try Int.fetchOne(
          database, sql: "SELECT number FROM trial WHERE identity = ? AND replicate = ?",
          arguments: [candidate.identity, candidate.replicate])
        {
          throw RunStoreError.duplicate(identity: candidate.identity, trial: twin)
        }
        let number =
          try Int.fetchOne(
            database, sql: "SELECT coalesce(max(number), 0) + 1 FROM trial") ?? 1
        try Self.insert(candidate, number: number, database)
        let payload = ProposedPayload(
          origin: candidate.origin, identity: candidate.identity, replicate: candidate.replicate,
          seenThrough: candidate.seenThrough, fit: candidate.fit)
        try Self.append(
          .proposed, trial: number, payload: try CanonicalJSON.text(payload), at: date, database)
        return try history.trial(number, database)
      }
    }
  }

  /// Says that a worker is about to train a trial.
  ///
  /// - Parameter step: the step of the checkpoint it goes on from; 0 without one.
  /// - Returns: the number of the attempt: 1, 2, 3 …
  @discardableResult
  public func recordStart(_ number: Int, step: Int, at date: Date = Date()) throws -> Int {
    try write { database in
      try requireState(number, [.waiting, .running], database)
      try database.execute(
        sql: "UPDATE trial SET state = 'running' WHERE number = ?", arguments: [number])
      try database.execute(
        sql: "INSERT INTO timing (trial, startedAt) VALUES (?, ?) ON CONFLICT DO NOTHING",
        arguments: [number, date.timeIntervalSince1970])
      try database.execute(
        sql: """
          INSERT INTO attempt (trial, number, fence, step)
          SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3 FROM attempt WHERE trial = ?1
          """, arguments: [number, fence, step])
      return try Int.fetchOne(
        database, sql: "SELECT max(number) FROM attempt WHERE trial = ?", arguments: [number]) ?? 1
    }
  }

  /// Says how the newest attempt at a trial ended without a result.
  public func recordAttemptEnd(_ number: Int, outcome: String, at date: Date = Date()) throws {
    try write { database in
      try database.execute(
        sql: """
          UPDATE attempt SET outcome = ?2 WHERE trial = ?1
          AND number = (SELECT max(number) FROM attempt WHERE trial = ?1)
          """, arguments: [number, outcome])
      try Self.note("worker", trial: number, detail: outcome, at: date, database)
    }
  }

  /// Makes a trial's result count: its row and its event in one transaction.
  ///
  /// A score that is not a finite number must come as a failure; the schema holds none.
  public func recordResult(
    _ number: Int, _ ending: TrialEnding, seconds: Double? = nil, peakMemoryBytes: Int? = nil,
    logTail: String? = nil, at date: Date = Date()
  ) throws {
    try write { database in
      try requireState(number, [.waiting, .running], database)
      let row = EndingRow(ending)
      let summary = try CanonicalJSON.text(row.summary)
      try database.execute(
        sql: """
          UPDATE trial SET state = ?, score = ?, failure = ?, summary = ? WHERE number = ?
          """, arguments: [row.state.rawValue, row.score, row.failure, summary, number])
      try database.execute(
        sql: """
          INSERT INTO timing (trial, startedAt, recordedAt, seconds, peakMemoryBytes, logTail)
          VALUES (?1, ?2, ?2, ?3, ?4, ?5)
          ON CONFLICT DO UPDATE SET recordedAt = ?2, seconds = ?3, peakMemoryBytes = ?4, logTail = ?5
          """,
        arguments: [number, date.timeIntervalSince1970, seconds, peakMemoryBytes, logTail])
      try database.execute(
        sql: """
          UPDATE attempt SET outcome = 'finished' WHERE trial = ?1 AND outcome IS NULL
          AND number = (SELECT max(number) FROM attempt WHERE trial = ?1)
          """, arguments: [number])
      try Self.append(
        .recorded, trial: number, payload: try CanonicalJSON.text(row), at: date, database)
    }
  }

  /// Says that the strategy has nothing further to propose.
  public func recordExhausted(at date: Date = Date()) throws {
    try write { try Self.append(.exhausted, trial: nil, payload: "{}", at: date, $0) }
  }

  /// Changes how far the study goes; noted in the operational log.
  public func setBudget(_ budget: StudyBudget, at date: Date = Date()) throws {
    try write { database in
      let text = try CanonicalJSON.text(budget)
      try database.execute(sql: "UPDATE study SET budget = ?", arguments: [text])
      try Self.note("budget", trial: nil, detail: text, at: date, database)
    }
  }

  /// Adds wall time to what all sittings together have used.
  public func addElapsed(_ seconds: Double) throws {
    try write {
      try $0.execute(
        sql: "UPDATE study SET elapsedSeconds = elapsedSeconds + ?", arguments: [max(0, seconds)])
    }
  }

  /// Writes a line of the operational log.
  public func note(
    _ kind: String, trial: Int? = nil, _ detail: String, at date: Date = Date()
  ) throws {
    try write { try Self.note(kind, trial: trial, detail: detail, at: date, $0) }
  }

  /// Keeps the report of the one evaluation on the test split; there is no second.
  public func recordEvaluation(_ report: some Encodable, at date: Date = Date()) throws {
    let text = try CanonicalJSON.text(report)
    try write {
      try $0.execute(
        sql: "INSERT INTO evaluation (id, report, at) VALUES (1, ?, ?)",
        arguments: [text, date.timeIntervalSince1970])
    }
  }

  private static func note(
    _ kind: String, trial: Int?, detail: String, at date: Date, _ database: Database
  ) throws {
    try database.execute(
      sql: "INSERT INTO operation (kind, trial, detail, at) VALUES (?, ?, ?, ?)",
      arguments: [kind, trial, detail, date.timeIntervalSince1970])
  }

  private static func insert(
    _ candidate: NewTrial, number: Int, _ database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO trial
          (number, state, origin, replicate, identity, seenThrough, point, configuration, costs,
           design, fidelity)
        VALUES (?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        number, candidate.origin.rawValue, candidate.replicate, candidate.identity,
        candidate.seenThrough, try candidate.point.map { try CanonicalJSON.text($0) },
        try CanonicalJSON.text(candidate.configuration), try CanonicalJSON.text(candidate.costs),
        try candidate.design.map { try CanonicalJSON.text($0) },
        try candidate.fidelity.map { try CanonicalJSON.text($0) },
      ])
  }

  private func requireState(
    _ number: Int, _ expected: [TrialState], _ database: Database
  ) throws {
    let path = run.storeFile
    let text = try String.fetchOne(
      database, sql: "SELECT state FROM trial WHERE number = ?", arguments: [number])
    guard let text else { throw RunStoreError.unknownTrial(path: path, number: number) }
    guard expected.contains(where: { $0.rawValue == text }) else {
      throw RunStoreError.wrongState(
        path: path, number: number, state: text,
        expected: expected.map(\.rawValue).joined(separator: " or "))
    }
  }
}

/// The payload of a `proposed` event.
private struct ProposedPayload: Encodable {
  var origin: TrialOrigin
  var identity: String
  var replicate: Int
  var seenThrough: Int
  /// Left out where no Markov chain was run, as in all runs before it was kept.
  var fit: FitDiagnostics?
}

/// The columns of a trial's result, and the payload of its `recorded` event.
private struct EndingRow: Encodable {
  var state: TrialState
  var score: Double?
  var failure: String?
  var summary: TrialSummary

  init(_ ending: TrialEnding) {
    switch ending {
    case .complete(let score, let summary):
      (state, self.score, failure, self.summary) = (.complete, score, nil, summary)
    case .failed(let reason, let summary):
      (state, score, failure, self.summary) = (.failed, nil, reason, summary)
    }
  }
}
