// What the peers in C have in common: files, the clock, and the loop that answers commands.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HS256, ES256, EDDSA, RS256, ALGORITHMS };
static const char *const names[ALGORITHMS] = {"HS256", "ES256", "EdDSA", "RS256"};
static const char *folder;

// Of each algorithm: tokens that differ in their jti.
enum { TOKENS = 64 };
static char *tokens[ALGORITHMS][TOKENS];

// What each peer has of its own. Signing and checking end the process when something does not work.
static void prepare(void);
static const char *version(void);
static int has(int algorithm);
static char *sign(int algorithm);
static int is_accepted(int algorithm, const char *token);
static void sign_times(int algorithm, long count);
static void verify_times(int algorithm, long count);

static void fail(const char *why) {
  fprintf(stderr, "%s\n", why);
  exit(1);
}

static char *read_file(const char *algorithm, const char *ending, size_t *size) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s%s", folder, algorithm, ending);
  FILE *file = fopen(path, "rb");
  if (!file) fail(path);
  char *bytes = calloc(1, 1 << 16);
  size_t count = fread(bytes, 1, (1 << 16) - 1, file);
  if (size) *size = count;
  fclose(file);
  return bytes;
}

static int algorithm_named(const char *name) {
  for (int algorithm = 0; algorithm < ALGORITHMS; algorithm++)
    if (!strcmp(name, names[algorithm])) return algorithm;
  fail("an algorithm that nobody has");
  return 0;
}

static double nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

static void answer(char *command) {
  char *name = strtok(NULL, " "), *argument = strtok(NULL, " ");
  if (!strcmp(command, "version")) {
    puts(version());
  } else if (!strcmp(command, "algorithms")) {
    for (int algorithm = 0; algorithm < ALGORITHMS; algorithm++)
      if (has(algorithm)) printf("%s ", names[algorithm]);
    puts("");
  } else if (!strcmp(command, "token")) {
    char *token = sign(algorithm_named(name));
    puts(token);
    free(token);
  } else if (!strcmp(command, "check")) {
    puts(is_accepted(algorithm_named(name), argument) ? "accepted" : "refused");
  } else {
    long count = atol(argument);
    double start = nanoseconds();
    (strcmp(command, "sign") ? verify_times : sign_times)(algorithm_named(name), count);
    printf("%.3f\n", (nanoseconds() - start) / count);
  }
  fflush(stdout);
}

int main(int count, char **arguments) {
  if (count != 2) fail("the folder is missing");
  folder = arguments[1];
  for (int algorithm = 0; algorithm < ALGORITHMS; algorithm++) {
    char *rest = read_file(names[algorithm], ".tokens", NULL);
    for (int index = 0; index < TOKENS; index++) tokens[algorithm][index] = strtok(index ? NULL : rest, "\n");
  }
  prepare();
  static char line[1 << 16];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    answer(strtok(line, " "));
  }
  return 0;
}
