public import ArgumentParser
public import Reports
public import RunStore
public import SearchStrategies
public import Tokenizers
public import Training

// The modules' own enumerations as values on the command line.

extension Table.Format: ExpressibleByArgument {}
extension HeadKind: ExpressibleByArgument {}
extension Casing: EnumerableFlag {}
extension EvaluationSplit: ExpressibleByArgument {}
extension RelatedProblem: ExpressibleByArgument {}
extension SurrogateBenchmark.Model: ExpressibleByArgument {}
extension StudyBudget.Keep: ExpressibleByArgument {}
