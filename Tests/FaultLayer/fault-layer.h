// What the fault layer and the tests agree on: the control file and the trace.
#ifndef FAULT_LAYER_H
#define FAULT_LAYER_H

#include <stdint.h>

// The files that the layer watches, by the ending of their name.
enum watched_file {
  NOT_WATCHED = 0,
  DATABASE = 1,  // the path in FAULT_LAYER_DATABASE itself
  LOG = 2,       // -wal
  JOURNAL = 3,   // -journal
  INDEX = 4,     // -shm: it is rebuilt after a crash, so it is never traced; its writes can fail
  FOLDER = 5,    // where they lie
};

// A record of the trace: this header in the machine's byte order, then `length` bytes for a WRITE.
enum event {
  WRITE = 1,      // offset, length
  TRUNCATE = 2,   // offset is the new size
  SYNC = 3,       // what was written before is durable; for FOLDER: names made and removed before
  LOST_SYNC = 4,  // it failed: what was written before may be on the disk or not, and no later one helps
  CREATE = 5,
  UNLINK = 6,
};

struct trace_header {
  uint32_t event;
  uint32_t file;
  uint64_t offset;
  uint64_t length;
};

// What a fault can hit: a bit for each operation on each file.
enum operation { WRITES = 0, SYNCS = 1, TRUNCATIONS = 2 };
#define OPERATION_BIT(file, operation) (1ull << ((file)*4 + (operation)))

// The control file, shared by memory. The tests write the first part, the layer the second.
struct control {
  uint64_t operations;    // whose turn counts, as OPERATION_BITs
  uint64_t skip;          // how many of them pass before the fault
  uint64_t code;          // an errno, or KILL_PROCESS
  uint64_t is_lasting;    // 1: all after the first fail as well, until `serial` is 0; 0: that one alone
  uint64_t moment;        // of a kill: 0 before the operation, 1 in its middle, 2 after it
  uint64_t loses_syncs;   // 1: a sync is answered and not done
  uint64_t serial;        // not 0: armed; another number begins to count again
  uint64_t unused;

  uint64_t counted_serial;  // the serial that `seen` and `failed` belong to
  uint64_t seen;            // operations of the kind asked for
  uint64_t failed;          // those among them that were made to fail
};

#define KILL_PROCESS 9999

#endif
