import HTTPTypes
import SignetTesting
import Testing

@testable import SignetServer

@Suite struct ExpositionTests {
  private static let hits = Metric("hits_total", .counter, labels: ["path", "way"], "Hits.")
  private static let level = Metric("level", .gauge, "A level.")
  private static let waits = Metric("wait_seconds", .times([0.001, 0.5, 1]), labels: ["queue"], "Waits.")

  @Test func `a page is what the format says, to the byte`() {
    let registry = MetricRegistry([Self.hits, Self.level, Self.waits])
    registry.counter(Self.hits, "/b", "in").add(2)
    registry.counter(Self.hits, "/a", "in").add()
    registry.gauge(Self.level).set(-1.5)
    let waits = registry.histogram(Self.waits, "main")
    for nanoseconds in [0, 1_000_000, 1_000_001, 500_000_000, 9_000_000_000] as [UInt64] {
      waits.record(.nanoseconds(nanoseconds))
    }
    #expect(
      registry.page() == """
        # HELP hits_total Hits.
        # TYPE hits_total counter
        hits_total{path="/a",way="in"} 1
        hits_total{path="/b",way="in"} 2
        # HELP level A level.
        # TYPE level gauge
        level -1.5
        # HELP wait_seconds Waits.
        # TYPE wait_seconds histogram
        wait_seconds_bucket{queue="main",le="0.001"} 2
        wait_seconds_bucket{queue="main",le="0.5"} 4
        wait_seconds_bucket{queue="main",le="1"} 4
        wait_seconds_bucket{queue="main",le="+Inf"} 5
        wait_seconds_sum{queue="main"} 9.502000001
        wait_seconds_count{queue="main"} 5

        """)
  }

  @Test(arguments: [
    (#"a"b"#, #"a\"b"#), (#"a\b"#, #"a\\b"#), ("a\nb", #"a\nb"#), ("a\r\nb", "a\r\\nb"),
    ("\n\u{301}", "\\n\u{301}"), ("é", "é"), (#"\n"#, #"\\n"#), ("", ""),
  ])
  func `a label's value cannot leave its quotes`(value: String, written: String) throws {
    let registry = MetricRegistry([Self.hits])
    registry.counter(Self.hits, value, "x").add()
    let page = registry.page()
    let expected =
      "# HELP hits_total Hits.\n# TYPE hits_total counter\n"
      + "hits_total{path=\"\(written)\",way=\"x\"} 1\n"
    #expect(page.utf8.elementsEqual(expected.utf8))
    #expect(try ExpositionPage(page).series.count == 1)
  }

  @Test func `a help text has no line of its own`() {
    let registry = MetricRegistry([Metric("x", .gauge, "one\\two\nthree \"four\"")])
    #expect(registry.page() == "# HELP x one\\\\two\\nthree \"four\"\n# TYPE x gauge\n")
  }

  @Test(arguments: [
    (0.0, "0"), (1e15, "1000000000000000"), (0.1, "0.1"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
    (.nan, "NaN"), (1e-7, "1e-07"), (1e300, "1e+300"),
  ])
  func `a number is written so that Go reads it`(value: Double, written: String) {
    let registry = MetricRegistry([Self.level])
    registry.gauge(Self.level).set(value)
    #expect(registry.page().hasSuffix("\nlevel \(written)\n"))
  }

  @Test func `beyond the limit of a metric's series everything is counted together`() throws {
    let registry = MetricRegistry([Self.hits])
    for index in 0..<1_000 { registry.counter(Self.hits, "/\(index)", "in").add() }
    registry.counter(Self.hits, "/0", "in").add()
    let page = try ExpositionPage(registry.page())
    #expect(page.series.count == MetricRegistry.maximumSeries + 1)
    #expect(page.value("hits_total", ["path": "/0", "way": "in"]) == 2)
    #expect(page.value("hits_total", ["path": "other", "way": "other"]) == 744)
    #expect(page.series.reduce(0) { $0 + $1.value } == 1_001)
  }

  @Test func `one cell is one series, however often and from wherever it is asked for`() async {
    let registry = MetricRegistry([Self.hits])
    await withTaskGroup { tasks in
      for _ in 0..<8 {
        tasks.addTask {
          for _ in 0..<1_000 { registry.counter(Self.hits, "/", "in").add() }
        }
      }
    }
    #expect(registry.counter(Self.hits, "/", "in").value == 8_000)
    let gauge = registry.gauge(Self.level)
    await withTaskGroup { tasks in
      for sign in [1.0, -1, 1, -1] {
        tasks.addTask { for _ in 0..<1_000 { gauge.add(sign) } }
      }
    }
    #expect(gauge.value == 0)
  }

  @Test func `requests of unknown methods and codes make no new series`() {
    let registry = MetricRegistry([Metric.requestDuration])
    let route = RouteMetrics("/x", duration: registry.histogram(.requestDuration, "/x"))
    let rows: [(String, Int, String, String)] = [
      ("GET", 200, "GET", "200"), ("get", 200, "other", "200"), ("BREW", 418, "other", "4xx"),
      ("POST", 599, "POST", "5xx"), ("POST", 206, "POST", "2xx"), ("POST", 302, "POST", "3xx"),
      ("HEAD", 100, "HEAD", "other"), ("PUT", 999, "PUT", "other"), ("PATCH", -1, "PATCH", "other"),
      ("DELETE", 503, "DELETE", "503"), ("OPTIONS", 204, "OPTIONS", "204"),
    ]
    for (method, status, _, _) in rows {
      guard let method = HTTPRequest.Method(method) else { continue }
      route.record(method, status: status, took: .zero)
    }
    let seen = Set(route.samples().map { $0.labels.map(\.value) })
    #expect(seen == Set(rows.map { ["/x", $0.2, $0.3] }))
  }

  @Test func `the kernel's line is read whatever the program calls itself`() throws {
    let fields = (3...52).map { $0 == 3 ? "S" : String($0) }.joined(separator: " ")
    let expected = try #require(ProcessStatistics("1 (signet) " + fields))
    #expect(expected.cpuTicks == 14 + 15)
    #expect(expected.startTicks == 22)
    #expect(expected.virtualBytes == 23)
    #expect(expected.residentPages == 24)
    #expect(ProcessStatistics("1 (a) R 9 (b)) " + fields) == expected)
    #expect(ProcessStatistics("1 (signet) S 1 2") == nil)
    #expect(ProcessStatistics("") == nil)
  }
}
