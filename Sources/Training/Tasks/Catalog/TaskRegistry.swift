/// All GLUE sets that can be named by `PRESET:FOLDER`.
public enum TaskRegistry {
  public static let presets: [any TaskPreset.Type] = [
    CoLA.self,
    SST2.self,
    MRPC.self,
    STSB.self,
    QQP.self,
    MNLI.self,
    QNLI.self,
    RTE.self,
    WNLI.self,
  ]
}
