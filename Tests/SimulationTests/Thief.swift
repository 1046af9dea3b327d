import SignetAuthority
import SignetTesting

/// Copies what a client keeps, and uses it when it likes.
final class Thief {
  private unowned let world: World

  init(world: World) {
    self.world = world
  }

  func begin() {
    world.after(world.seconds(20...100)) { [self] in steal() }
  }

  private func steal() {
    world.after(world.seconds(40...200)) { [self] in steal() }
    guard let victim = world.pick(world.clients), let loot = victim.kept else { return }
    world.tell("a thief copies what client \(victim.number) keeps")
    for _ in 0..<Int.random(in: 1...3, using: &world.random) {
      world.after(world.seconds(0...60)) { [self] in use(loot.refreshToken) }
    }
  }

  private func use(_ refreshToken: String) {
    guard let node = world.pick(world.nodes) else { return }
    let retryKey = "thiefs-retry-key-\(world.random.next())"
    world.send("a thief's refresh") { [self] in
      guard node.isUp else { return }
      let answer = try await world.refresh(refreshToken, retryKey: retryKey, at: node, isOwner: false)
      guard case .renewed(let next, _) = answer, world.chance(1, in: 2) else { return }
      world.after(world.seconds(1...60)) { [self] in use(next) }
    }
  }
}
