/*
 * The least that this work can cost with libjpeg-turbo: every JPEG of a list is decoded to planes,
 * and a picture of 256x256 that was made of it beforehand is encoded at quality 95, 4:2:0. Nothing is
 * scaled, turned, hashed or copied while the clock runs. Speaks the protocol of contender.py.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { SIDE = 256, HALF = SIDE / 2, PICTURE = SIDE * SIDE + 2 * HALF * HALF, QUALITY = 95 };

typedef struct {
  char set[16];
  unsigned char *file, *picture;
  unsigned long size;
  int width, height, sampling;
} Source;

static Source *sources;
static int count;

static void die(const char *what) {
  printf("absent %s\n", what);
  exit(0);
}

static void read_file(Source *source, const char *path) {
  FILE *in = fopen(path, "rb");
  if (!in) die(path);
  fseek(in, 0, SEEK_END);
  source->size = (unsigned long)ftell(in);
  rewind(in);
  source->file = malloc(source->size);
  if (!source->file || fread(source->file, 1, source->size, in) != source->size) die(path);
  fclose(in);
}

/* The centre square of a plane, averaged over boxes; close enough to what is encoded elsewhere. */
static void shrink(const unsigned char *plane, int width, int height, unsigned char *to, int side) {
  int square = width < height ? width : height;
  int left = (width - square) / 2, top = (height - square) / 2;
  for (int y = 0; y < side; y++) {
    for (int x = 0; x < side; x++) {
      int y0 = (int)((long)y * square / side), y1 = (int)((long)(y + 1) * square / side);
      int x0 = (int)((long)x * square / side), x1 = (int)((long)(x + 1) * square / side);
      long sum = 0, pixels = 0;
      for (int v = y0; v < y1 || v == y0; v++)
        for (int u = x0; u < x1 || u == x0; u++, pixels++)
          sum += plane[(long)(top + v) * width + left + u];
      to[y * side + x] = (unsigned char)(sum / pixels);
    }
  }
}

typedef struct {
  tjhandle decoder, encoder;
  unsigned char *planes, *encoded;
  unsigned long planes_size;
} Room;

static Room open_room(void) {
  Room room = {tjInitDecompress(), tjInitCompress(), NULL, tjAlloc((int)tjBufSize(SIDE, SIDE, TJSAMP_420)), 0};
  return room;
}

static int decode(Room *room, Source *source) {
  unsigned long needed = tjBufSizeYUV2(source->width, 1, source->height, source->sampling);
  if (needed > room->planes_size) {
    free(room->planes);
    room->planes = malloc(needed);
    room->planes_size = needed;
  }
  return tjDecompressToYUV2(room->decoder, source->file, source->size, room->planes,
                            source->width, 1, source->height, 0);
}

static int encode(Room *room, Source *source) {
  unsigned long size = tjBufSize(SIDE, SIDE, TJSAMP_420);
  return tjCompressFromYUV(room->encoder, source->picture, SIDE, 1, SIDE, TJSAMP_420,
                           &room->encoded, &size, QUALITY, TJFLAG_NOREALLOC);
}

static void prepare(Room *room, Source *source) {
  int colours;
  if (tjDecompressHeader3(room->decoder, source->file, source->size, &source->width,
                          &source->height, &source->sampling, &colours))
    return;
  source->picture = malloc(PICTURE);
  memset(source->picture, 128, PICTURE);
  if (decode(room, source)) return;
  int width = tjPlaneWidth(0, source->width, source->sampling);
  int height = tjPlaneHeight(0, source->height, source->sampling);
  shrink(room->planes, width, height, source->picture, SIDE);
  if (source->sampling != TJSAMP_GRAY) {
    unsigned char *plane = room->planes + (long)width * height;
    int half_width = tjPlaneWidth(1, source->width, source->sampling);
    int half_height = tjPlaneHeight(1, source->height, source->sampling);
    for (int chroma = 0; chroma < 2; chroma++, plane += (long)half_width * half_height)
      shrink(plane, half_width, half_height,
             source->picture + SIDE * SIDE + chroma * HALF * HALF, HALF);
  }
}

typedef struct {
  const char *set;
  int first, step, done, failures;
  Room room;
} Share;

static void *work(void *argument) {
  Share *share = argument;
  for (int index = share->first; index < count; index += share->step) {
    Source *source = &sources[index];
    if (strcmp(source->set, share->set)) continue;
    if (!source->picture || decode(&share->room, source) || encode(&share->room, source))
      share->failures++;
    else
      share->done++;
  }
  return NULL;
}

int main(int argc, char **argv) {
  FILE *list = fopen(argc > 1 ? argv[1] : "", "r");
  if (!list) die("no list of files");
  char line[4200], path[4096];
  Source next;
  while (fgets(line, sizeof line, list)) {
    memset(&next, 0, sizeof next);
    if (sscanf(line, "%15[^\t]\t%4095[^\n]", next.set, path) != 2) continue;
    sources = realloc(sources, (size_t)(count + 1) * sizeof next);
    read_file(&next, path);
    sources[count++] = next;
  }
  Share shares[2] = {{.room = open_room()}, {.room = open_room()}};
  for (int index = 0; index < count; index++) prepare(&shares[0].room, &sources[index]);
  printf("ready {\"version\": \"libjpeg-turbo of this system\", "
         "\"calls\": \"tjDecompressToYUV2, tjCompressFromYUV(quality 95, 4:2:0)\"}\n");
  fflush(stdout);

  char command[16], set[16];
  int workers;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "%15s %15s %d", command, set, &workers) != 3 || strcmp(command, "pass"))
      die("an unknown command");
    if (workers > 2) workers = 2;
    pthread_t threads[2];
    for (int worker = 0; worker < workers; worker++) {
      shares[worker].set = set;
      shares[worker].first = worker;
      shares[worker].step = workers;
      shares[worker].done = shares[worker].failures = 0;
      if (pthread_create(&threads[worker], NULL, work, &shares[worker])) die("no thread");
    }
    int done = 0, failures = 0;
    for (int worker = 0; worker < workers; worker++) {
      pthread_join(threads[worker], NULL);
      done += shares[worker].done;
      failures += shares[worker].failures;
    }
    printf("done %d %d\n", done, failures);
    fflush(stdout);
  }
  return 0;
}
