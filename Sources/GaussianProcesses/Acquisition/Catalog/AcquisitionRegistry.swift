/// Every acquisition function, in the order of listings.
public enum AcquisitionRegistry {
  public static let members: [any AcquisitionFunction.Type] = [
    LogExpectedImprovement.self,
    LogExpectedHypervolumeImprovement.self,
    LogNoisyExpectedHypervolumeImprovement.self,
  ]
}
