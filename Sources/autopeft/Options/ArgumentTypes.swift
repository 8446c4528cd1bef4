public import ArgumentParser
public import Reports
public import RunStore
public import Training

// The modules' own enumerations as values on the command line.

extension Table.Format: ExpressibleByArgument {}
extension HeadKind: ExpressibleByArgument {}
extension EvaluationSplit: ExpressibleByArgument {}
extension StudyBudget.Keep: ExpressibleByArgument {}
