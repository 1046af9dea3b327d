import Hummingbird
import Synchronization

/// What a customer sends.
struct NewOrder: Decodable {
  let item: String
}

/// What a customer gets.
struct Order: ResponseCodable {
  let number: Int
  let item: String
}

/// Everybody's orders, until the process ends.
final class OrderBook: Sendable {
  private let orders = Mutex<[String: [Order]]>([:])

  /// The orders of the account `subject`.
  func orders(of subject: String) -> [Order] {
    orders.withLock { $0[subject] ?? [] }
  }

  /// Adds an order for the account `subject`.
  func place(_ new: NewOrder, for subject: String) -> Order {
    orders.withLock { orders in
      let order = Order(number: (orders[subject]?.count ?? 0) + 1, item: new.item)
      orders[subject, default: []].append(order)
      return order
    }
  }
}
