public import SearchSpaces

/// Every PEFT method of the program: the only list.
public enum MethodRegistry {
  /// In the order in which `autopeft methods` prints them.
  public static let all: [any PEFTMethod.Type] = [
    SerialAdapter.self,
    ParallelAdapter.self,
    Compacter.self,
    AdaMix.self,
    AdapterDrop.self,
    CIAT.self,
    CoDA.self,
    PrefixTuning.self,
    PromptTuning.self,
    SMoP.self,
    PTuning.self,
    PTuningV2.self,
    APT.self,
    UniPELT.self,
    LoRA.self,
    DoRA.self,
    AdaLoRA.self,
    SoRA.self,
    DyLoRA.self,
    PiSSA.self,
    VeRA.self,
    LoHa.self,
    LoKr.self,
    KronA.self,
    KronABlock.self,
    KAdaptation.self,
    OFT.self,
    BOFT.self,
    IA3.self,
    BitFit.self,
    FullFineTuning.self,
    FAR.self,
    DiffPruning.self,
    SAM.self,
    SPT.self,
    SPTAdapter.self,
    SAID.self,
    EmbeddingTuning.self,
  ]

  /// What the search side knows of the methods.
  public static let schemas: [MethodSchema] = all.map { $0.schema }

  /// The typed method of an instance.
  public static func method(_ instance: MethodInstance) throws(MethodError) -> any PEFTMethod {
    guard let type = all.first(where: { $0.schema.name == instance.name }) else {
      throw .unknownMethod(name: instance.name, known: schemas.map(\.name))
    }
    return try type.init(instance)
  }
}
