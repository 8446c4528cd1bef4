/// The schema of `study.sqlite`, version by version.
///
/// A shipped migration is never edited; a change is a new one at the end. Migrations speak SQL to
/// the database and know no Swift types.
enum StoreSchema {
  /// One step from the version before.
  struct Migration: Sendable {
    var version: Int
    var sql: String
  }

  /// `apft` in ASCII, written into each file's header.
  static let applicationID = 0x6170_6674

  static let migrations = [
    Migration(version: 1, sql: version1), Migration(version: 2, sql: version2),
    Migration(version: 3, sql: version3), Migration(version: 4, sql: version4),
  ]

  /// - `study`: one row; `settings` never changes, `budget` may when a run is resumed, `fence`
  ///   counts the controllers.
  /// - `trial`: what a trial is and what came of it; a function of the settings alone.
  /// - `event`: the log that a resumed run shares with one never stopped; `at` is the one column
  ///   outside that promise.
  /// - `attempt`, `operation`, `timing`: what happened on the way; outside the promise.
  private static let version1 = """
    CREATE TABLE study (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      settings TEXT NOT NULL CHECK (json_valid(settings)),
      budget TEXT NOT NULL CHECK (json_valid(budget)),
      fence INTEGER NOT NULL DEFAULT 0 CHECK (fence >= 0),
      elapsedSeconds REAL NOT NULL DEFAULT 0 CHECK (elapsedSeconds >= 0),
      createdAt REAL NOT NULL
    ) STRICT;

    CREATE TABLE trial (
      number INTEGER PRIMARY KEY CHECK (number >= 1),
      state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'complete', 'failed')),
      origin TEXT NOT NULL
        CHECK (origin IN ('reference', 'start', 'initial', 'model', 'confirmation')),
      replicate INTEGER NOT NULL CHECK (replicate >= 0),
      identity TEXT NOT NULL CHECK (length(identity) > 0),
      seenThrough INTEGER NOT NULL CHECK (seenThrough >= 0 AND seenThrough < number),
      point TEXT CHECK (point IS NULL OR json_valid(point)),
      configuration TEXT NOT NULL CHECK (json_valid(configuration)),
      costs TEXT NOT NULL CHECK (json_valid(costs)),
      score REAL,
      failure TEXT,
      summary TEXT CHECK (summary IS NULL OR json_valid(summary)),
      UNIQUE (identity, replicate),
      CHECK ((state = 'complete') = (score IS NOT NULL)),
      CHECK ((state = 'failed') = (failure IS NOT NULL)),
      CHECK ((origin = 'confirmation') = (replicate > 0))
    ) STRICT;

    CREATE TABLE event (
      sequence INTEGER PRIMARY KEY CHECK (sequence >= 1),
      kind TEXT NOT NULL CHECK (kind IN ('created', 'proposed', 'recorded', 'exhausted')),
      trial INTEGER REFERENCES trial (number),
      payload TEXT NOT NULL CHECK (json_valid(payload)),
      at REAL NOT NULL,
      CHECK ((kind IN ('proposed', 'recorded')) = (trial IS NOT NULL))
    ) STRICT;
    CREATE UNIQUE INDEX eventOfTrial ON event (trial, kind) WHERE trial IS NOT NULL;

    CREATE TABLE timing (
      trial INTEGER PRIMARY KEY REFERENCES trial (number),
      startedAt REAL NOT NULL,
      recordedAt REAL,
      seconds REAL,
      peakMemoryBytes INTEGER,
      logTail TEXT
    ) STRICT;

    CREATE TABLE attempt (
      trial INTEGER NOT NULL REFERENCES trial (number),
      number INTEGER NOT NULL CHECK (number >= 1),
      fence INTEGER NOT NULL CHECK (fence >= 1),
      step INTEGER NOT NULL CHECK (step >= 0),
      outcome TEXT,
      PRIMARY KEY (trial, number)
    ) STRICT;

    CREATE TABLE operation (
      sequence INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      trial INTEGER REFERENCES trial (number),
      detail TEXT NOT NULL,
      at REAL NOT NULL
    ) STRICT;

    CREATE TABLE evaluation (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      report TEXT NOT NULL CHECK (json_valid(report)),
      at REAL NOT NULL
    ) STRICT;
    """

  /// Costs gain the estimate of the added latency; no older run could ask for it.
  private static let version2 = """
    UPDATE trial SET costs = json_set(costs, '$.addedLatencyEstimate', 0);
    """

  /// - `trial.design`: the trial's place in a designed experiment, a JSON object.
  private static let version3 = """
    ALTER TABLE trial ADD COLUMN design TEXT CHECK (design IS NULL OR json_valid(design));
    """

  /// - `trial.fidelity`: how far the trial is trained where that is not all the way from the start, a
  ///   JSON object.
  private static let version4 = """
    ALTER TABLE trial ADD COLUMN fidelity TEXT CHECK (fidelity IS NULL OR json_valid(fidelity));
    """
}

extension [StoreSchema.Migration] {
  /// The version that these migrations lead to.
  var newestVersion: Int { map(\.version).max() ?? 0 }
}
