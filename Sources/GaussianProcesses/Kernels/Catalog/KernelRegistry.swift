/// Every correlation, in the order of listings.
public enum KernelRegistry {
  public static let members: [any Kernel.Type] = [
    Matern52.self,
    Hamming.self,
  ]
}
