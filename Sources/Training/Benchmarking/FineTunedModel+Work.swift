internal import NeuralNets
internal import PEFTMethods
internal import SearchSpaces
internal import TensorCore

extension FineTunedModel {
  /// The multiply-adds of one training step on sequences of some lengths.
  ///
  /// Adapters that some passes leave out are counted in all of them.
  /// - Parameter readsFrozenStates: whether the layers below the lowest tuned one are computed only
  ///   once and not in the step.
  func stepWork(lengths: [Int], readsFrozenStates: Bool) -> StepWork {
    let isWholeLayer = attached.adapters.contains {
      $0.site.layer == backbone.layerCount - 1 && !$0.adapter.worksRowByRow
    }
    let last = backbone.layerCount - 1
    let inserted = attached.adapters.reduce(0) { sum, placed in
      sum + ((placed.adapter as? any EmbeddingAdapter)?.rowCount ?? 0)
    }
    let pass = WorkCounter.step(
      shape: shape, layers: (0..<backbone.layerCount).map { tuning(layer: $0) },
      tunesEmbeddings: inserted > 0 || attached.adapters.contains { $0.site == .input }
        || backbone.parameters(layer: nil).contains { host in
          host.parameter.isTrainable && !host.name.hasPrefix("pooler")
        }, keptLayers: readsFrozenStates ? lowestTunedLayer : 0,
      rowsRead: isWholeLayer ? .all : head.rowsRead,
      averagesStates: backbone.averagesStates(layer: last, withNoise: true), head: headWidths,
      lengths: inserted == 0 ? lengths : lengths.map { $0 + inserted })
    let passes = head.outputCount > 1 && attached.hooks.contains { $0.wantsSecondPass } ? 2 : 1
    return StepWork(forward: passes * pass.forward, backward: passes * pass.backward)
  }

  private var shape: BackboneShape {
    let inner = backbone.linear(at: InsertionSite(layer: 0, point: .feedForwardIn))
    return BackboneShape(
      layers: backbone.layerCount, width: backbone.width,
      feedForward: inner?.outputWidth ?? 4 * backbone.width, heads: backbone.headCount)
  }

  private var headWidths: [(input: Int, output: Int, isTrained: Bool)] {
    let width = backbone.width
    let last = (input: width, output: head.outputCount, isTrained: true)
    switch headKind {
    case .token, .automatic: return [last]
    case .twoLayer, .trainedPooler: return [(width, width, true), last]
    case .pooler:
      return [(width, width, backbone.pooler?.weight.isTrainable ?? false), last]
    }
  }

  private func tuning(layer: Int) -> LayerTuning {
    var tuning = LayerTuning()
    for placed in attached.adapters where placed.site.layer == layer {
      tuning.add(placed.adapter.canonicalForm, at: placed.site.point)
    }
    for host in backbone.parameters(layer: layer) where host.parameter.isTrainable {
      let parts = host.name.split(separator: ".", maxSplits: 1).map(String.init)
      if let point = parts.first.flatMap({ InsertionPoint(rawValue: $0) }) {
        if host.role == .weight {
          tuning.trainedWeights.insert(point)
        } else {
          tuning.trainedBiases.insert(point)
        }
      } else if parts.first == "attention-norm" {
        tuning.trainsAttentionNorm = true
      } else {
        tuning.trainsFeedForwardNorm = true
      }
    }
    return tuning
  }
}

extension LayerTuning {
  /// Adds one adapter, as far as its matrix products are known.
  fileprivate mutating func add(_ form: CanonicalForm, at point: InsertionPoint) {
    switch form {
    case .lowRank(let pair):
      ranks[point, default: 0] += pair.rank
    case .bottleneck(let bottleneck):
      let branch = Branch(
        width: bottleneck.down.shape[0], readsInput: bottleneck.wiring == .branchInput)
      if point == .attentionBlock {
        attentionBranches.append(branch)
      } else {
        feedForwardBranches.append(branch)
      }
    case .prefix(_, _, let length):
      prefix += length
    case .gated(_, let inner):
      // A gate's own product is one column wide and not counted.
      add(inner, at: point)
    case .magnitude, .hadamard, .kronecker, .scaledBasis, .rotation, .butterfly, .outputScale,
      .inputScale, .denseDelta, .sparse, .hypercomplex, .other:
      // The share of a step is told for the forms above only; these do more than is counted.
      break
    case .prompt, .positionShift, .padding:
      // Rows of a prompt are counted with those of the text; padding is no work that is asked for.
      break
    }
  }
}
