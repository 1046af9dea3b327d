import Metrics
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct PrometheusFactoryTests {
  private static let declared = Metric("lib_refusals_total", .counter, labels: ["reason"], "Refusals.")

  @Test func `what libraries record is on the page, under names that Prometheus takes`() throws {
    let registry = MetricRegistry([Self.declared])
    let factory = PrometheusFactory(registry: registry)
    Counter(label: "lib_refusals", dimensions: [("reason", "expired")], factory: factory).increment(by: 2)
    Counter(label: "lib_refusals_total", dimensions: [("reason", "expired")], factory: factory).increment()
    Counter(label: "http.requests-made", factory: factory).increment()
    Counter(label: "9lives", dimensions: [("b.c", "2"), ("a", "1")], factory: factory).increment()
    Meter(label: "level", factory: factory).set(2.5)
    Gauge(label: "gauge", factory: factory).record(7)
    Recorder(label: "bytes", factory: factory).record(50)
    Timer(label: "wait", factory: factory).recordMilliseconds(2)
    let page = try ExpositionPage(registry.page())
    #expect(page.value("lib_refusals_total", ["reason": "expired"]) == 3)
    #expect(page.value("http_requests_made_total") == 1)
    #expect(page.value("_9lives_total", ["a": "1", "b_c": "2"]) == 1)
    #expect(page.value("level") == 2.5)
    #expect(page.value("gauge") == 7)
    #expect(page.types["bytes"] == "histogram")
    #expect(page.value("bytes_bucket", ["le": "10"]) == 0)
    #expect(page.value("bytes_bucket", ["le": "100"]) == 1)
    #expect(page.value("wait_seconds_sum") == 0.002)
    #expect(page.value("wait_seconds_bucket", ["le": "0.005"]) == 1)
  }

  @Test func `a name of another kind, or with other labels, is not shown`() throws {
    let registry = MetricRegistry([Self.declared])
    let factory = PrometheusFactory(registry: registry)
    Meter(label: "lib_refusals_total", dimensions: [("reason", "x")], factory: factory).set(1)
    Counter(label: "lib_refusals", factory: factory).increment()
    Counter(label: "lib_refusals", dimensions: [("reason", "x"), ("y", "z")], factory: factory).increment()
    Counter(label: "lib_refusals", dimensions: [("reason", "x")], factory: factory).increment(by: -5)
    let page = try ExpositionPage(registry.page())
    #expect(page.series.map(\.value) == [0])
  }

  @Test func `a library can neither make metrics without end nor reset one`() throws {
    let registry = MetricRegistry([Self.declared])
    let factory = PrometheusFactory(registry: registry)
    for index in 0..<1_000 { Counter(label: "metric\(index)", factory: factory).increment() }
    #expect(try ExpositionPage(registry.page()).types.count == MetricRegistry.maximumForeignMetrics + 1)
    let counter = Counter(label: "metric0", factory: factory)
    counter.reset()
    counter.destroy()
    #expect(try ExpositionPage(registry.page()).value("metric0_total") == 1)
  }
}
