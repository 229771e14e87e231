/*
 * A machine for recordings: a SPICE server (libspice's public API) whose display draws the bitmaps it is told to.
 *
 *   qxl_source PORT COMPRESSION JPEG ZLIB_GLZ WIDTH HEIGHT
 *
 * COMPRESSION, JPEG and ZLIB_GLZ are the numbers of spice-server.h. On standard input come jobs, each drawing one bitmap
 * with DRAW_COPY (numbers little-endian):
 *
 *   u32 format  u32 flags  u32 width  u32 height  u32 stride  u32 x  u32 y  u32 palette entries  u32 data bytes
 *   u64 image id (0: not cacheable)  u64 palette id  u32 entries[]  data
 *
 * Flag 4 is top-down, as in the protocol. The program ends with its standard input. Build:
 *   cc -O2 -o qxl_source qxl_source.c $(pkg-config --cflags --libs spice-server) -lpthread
 */
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <spice.h>

/* --- the loop libspice runs on: file descriptors and timers --- */

struct SpiceWatch {
    int fd, mask;
    SpiceWatchFunc func;
    void *opaque;
    struct SpiceWatch *next;
};

struct SpiceTimer {
    int64_t due; /* milliseconds, or -1 */
    SpiceTimerFunc func;
    void *opaque;
    struct SpiceTimer *next;
};

static SpiceWatch *watches;
static SpiceTimer *timers;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static SpiceTimer *timer_add(SpiceTimerFunc func, void *opaque)
{
    SpiceTimer *timer = calloc(1, sizeof *timer);
    *timer = (SpiceTimer){-1, func, opaque, timers};
    return timers = timer;
}

static void timer_start(SpiceTimer *timer, uint32_t ms) { timer->due = now_ms() + ms; }
static void timer_cancel(SpiceTimer *timer) { timer->due = -1; }
static void timer_remove(SpiceTimer *timer) { timer->due = -1; timer->func = NULL; }

static SpiceWatch *watch_add(int fd, int mask, SpiceWatchFunc func, void *opaque)
{
    SpiceWatch *watch = calloc(1, sizeof *watch);
    *watch = (SpiceWatch){fd, mask, func, opaque, watches};
    return watches = watch;
}

static void watch_update_mask(SpiceWatch *watch, int mask) { watch->mask = mask; }
static void watch_remove(SpiceWatch *watch) { watch->func = NULL; }

/* Forgets what was removed while callbacks ran. */
static void sweep(void)
{
    for (SpiceWatch **at = &watches; *at;) {
        SpiceWatch *watch = *at;
        if (watch->func) { at = &watch->next; continue; }
        *at = watch->next;
        free(watch);
    }
    for (SpiceTimer **at = &timers; *at;) {
        SpiceTimer *timer = *at;
        if (timer->func) { at = &timer->next; continue; }
        *at = timer->next;
        free(timer);
    }
}

static void run_timers(void)
{
    int64_t now = now_ms();
    for (SpiceTimer *timer = timers; timer; timer = timer->next) {
        if (!timer->func || timer->due < 0 || timer->due > now) continue;
        timer->due = -1;
        timer->func(timer->opaque);
    }
}

static void channel_event(int event, SpiceChannelEventInfo *info) { (void)event; (void)info; }

static SpiceCoreInterface core = {
    .base = {SPICE_INTERFACE_CORE, "recording loop", SPICE_INTERFACE_CORE_MAJOR, SPICE_INTERFACE_CORE_MINOR},
    .timer_add = timer_add, .timer_start = timer_start, .timer_cancel = timer_cancel, .timer_remove = timer_remove,
    .watch_add = watch_add, .watch_update_mask = watch_update_mask, .watch_remove = watch_remove,
    .channel_event = channel_event,
};

/* --- the display --- */

typedef struct Command {
    QXLDrawable drawable;
    QXLImage image;
    QXLPalette *palette;
    uint8_t *data;
    struct Command *next;
} Command;

static SpiceServer *server;
static QXLInstance display;
static uint32_t screen_width, screen_height;
static uint8_t *screen;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Command *first_command, **last_command = &first_command;

static void attached_worker(QXLInstance *qin) { (void)qin; }
static void set_compression_level(QXLInstance *qin, int level) { (void)qin; (void)level; }

static void get_init_info(QXLInstance *qin, QXLDevInitInfo *info)
{
    (void)qin;
    memset(info, 0, sizeof *info);
    info->num_memslots_groups = info->num_memslots = 1;
    info->memslot_gen_bits = info->memslot_id_bits = 1;
    info->n_surfaces = 16;
}

static int get_command(QXLInstance *qin, QXLCommandExt *ext)
{
    (void)qin;
    pthread_mutex_lock(&lock);
    Command *command = first_command;
    if (command) {
        first_command = command->next;
        if (!first_command) last_command = &first_command;
    }
    pthread_mutex_unlock(&lock);
    if (!command) return 0;
    memset(ext, 0, sizeof *ext);
    ext->cmd.type = QXL_CMD_DRAW;
    ext->cmd.data = (uintptr_t)&command->drawable;
    return 1;
}

static int no_notification(QXLInstance *qin) { (void)qin; return 1; }
static int no_command(QXLInstance *qin, QXLCommandExt *ext) { (void)qin; (void)ext; return 0; }
static void notify_update(QXLInstance *qin, uint32_t id) { (void)qin; (void)id; }
static int flush_resources(QXLInstance *qin) { (void)qin; return 0; }
static void async_complete(QXLInstance *qin, uint64_t cookie) { (void)qin; (void)cookie; }

/* The dictionaries of the server point into the bitmaps, so they go only when the server lets go of them. */
static void release_resource(QXLInstance *qin, QXLReleaseInfoExt released)
{
    (void)qin;
    Command *command = (Command *)(uintptr_t)released.info->id;
    free(command->palette);
    free(command->data);
    free(command);
}

static void update_area_complete(QXLInstance *qin, uint32_t surface, QXLRect *rects, uint32_t count)
{
    (void)qin; (void)surface; (void)rects; (void)count;
}

static void set_client_capabilities(QXLInstance *qin, uint8_t present, uint8_t caps[SPICE_CAPABILITIES_SIZE])
{
    (void)qin; (void)present; (void)caps;
}

static const QXLInterface display_interface = {
    .base = {SPICE_INTERFACE_QXL, "recording display", SPICE_INTERFACE_QXL_MAJOR, SPICE_INTERFACE_QXL_MINOR},
    .attached_worker = attached_worker, .set_compression_level = set_compression_level,
    .get_init_info = get_init_info, .get_command = get_command, .req_cmd_notification = no_notification,
    .release_resource = release_resource, .get_cursor_command = no_command, .req_cursor_notification = no_notification,
    .notify_update = notify_update, .flush_resources = flush_resources, .async_complete = async_complete,
    .update_area_complete = update_area_complete, .set_client_capabilities = set_client_capabilities,
};

static void start_display(void)
{
    QXLDevMemSlot slot = {.virt_end = ~(uintptr_t)0, .qxl_ram_size = ~0u};
    QXLDevSurfaceCreate surface = {
        .width = screen_width, .height = screen_height, .stride = -(int32_t)screen_width * 4,
        .format = SPICE_SURFACE_FMT_32_xRGB, .mouse_mode = 1,
    };
    screen = calloc(screen_height, screen_width * 4);
    surface.mem = (uintptr_t)screen;
    display.base.sif = &display_interface.base;
    spice_server_add_interface(server, &display.base);
    spice_qxl_add_memslot(&display, &slot);
    spice_qxl_create_primary_surface(&display, 0, &surface);
    spice_server_vm_start(server);
}

/* --- jobs --- */

typedef struct __attribute__((packed)) Job {
    uint32_t format, flags, width, height, stride, x, y, entries, bytes;
    uint64_t image_id, palette_id;
} Job;

static void read_exactly(void *into, size_t bytes)
{
    for (uint8_t *at = into; bytes;) {
        ssize_t got = read(STDIN_FILENO, at, bytes);
        if (got <= 0) exit(got ? 1 : 0);
        at += got;
        bytes -= got;
    }
}

static QXLPalette *read_palette(const Job *job)
{
    if (!job->entries) return NULL;
    QXLPalette *palette = malloc(sizeof *palette + job->entries * 4);
    palette->unique = job->palette_id;
    palette->num_ents = job->entries;
    read_exactly(palette->ents, job->entries * 4);
    return palette;
}

static void describe(Command *command, const Job *job)
{
    QXLRect box = {.top = job->y, .left = job->x, .bottom = job->y + job->height, .right = job->x + job->width};
    QXLImage *image = &command->image;
    image->descriptor.id = job->image_id;
    image->descriptor.type = SPICE_IMAGE_TYPE_BITMAP;
    image->descriptor.flags = job->image_id ? QXL_IMAGE_CACHE : 0;
    image->descriptor.width = image->bitmap.x = job->width;
    image->descriptor.height = image->bitmap.y = job->height;
    image->bitmap.format = job->format;
    image->bitmap.flags = QXL_BITMAP_DIRECT | (job->flags & QXL_BITMAP_TOP_DOWN);
    image->bitmap.stride = job->stride;
    image->bitmap.palette = (uintptr_t)command->palette;
    image->bitmap.data = (uintptr_t)command->data;

    QXLDrawable *drawable = &command->drawable;
    drawable->release_info.id = (uintptr_t)command;
    drawable->bbox = box;
    drawable->clip.type = SPICE_CLIP_TYPE_NONE;
    drawable->effect = QXL_EFFECT_OPAQUE;
    drawable->type = QXL_DRAW_COPY;
    for (int i = 0; i < 3; i++) drawable->surfaces_dest[i] = -1;
    drawable->u.copy.src_bitmap = (uintptr_t)image;
    drawable->u.copy.src_area = (QXLRect){.bottom = job->height, .right = job->width};
    drawable->u.copy.rop_descriptor = SPICE_ROPD_OP_PUT;
}

static void read_job(void)
{
    Job job;
    read_exactly(&job, sizeof job);
    Command *command = calloc(1, sizeof *command);
    command->palette = read_palette(&job);
    command->data = malloc(job.bytes);
    read_exactly(command->data, job.bytes);
    describe(command, &job);
    pthread_mutex_lock(&lock);
    *last_command = command;
    last_command = &command->next;
    pthread_mutex_unlock(&lock);
    spice_qxl_wakeup(&display);
}

static void turn(void)
{
    enum { MOST = 64 };
    struct pollfd fds[MOST] = {{.fd = STDIN_FILENO, .events = POLLIN}};
    SpiceWatch *owners[MOST] = {0};
    int count = 1;
    for (SpiceWatch *watch = watches; watch && count < MOST; watch = watch->next) {
        short events = (watch->mask & SPICE_WATCH_EVENT_READ ? POLLIN : 0) | (watch->mask & SPICE_WATCH_EVENT_WRITE ? POLLOUT : 0);
        fds[count] = (struct pollfd){.fd = watch->fd, .events = events};
        owners[count++] = watch;
    }
    if (poll(fds, count, 20) < 0) exit(1);
    if (fds[0].revents) read_job();
    for (int i = 1; i < count; i++) {
        int event = (fds[i].revents & (POLLIN | POLLHUP | POLLERR) ? SPICE_WATCH_EVENT_READ : 0) |
                    (fds[i].revents & POLLOUT ? SPICE_WATCH_EVENT_WRITE : 0);
        event &= owners[i]->mask;
        if (event && owners[i]->func) owners[i]->func(owners[i]->fd, event, owners[i]->opaque);
    }
    run_timers();
    sweep();
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr, "usage: %s PORT COMPRESSION JPEG ZLIB_GLZ WIDTH HEIGHT\n", argv[0]);
        return 2;
    }
    screen_width = atoi(argv[5]);
    screen_height = atoi(argv[6]);
    server = spice_server_new();
    spice_server_set_addr(server, "127.0.0.1", SPICE_ADDR_FLAG_IPV4_ONLY);
    spice_server_set_port(server, atoi(argv[1]));
    spice_server_set_noauth(server);
    spice_server_set_image_compression(server, atoi(argv[2]));
    spice_server_set_jpeg_compression(server, atoi(argv[3]));
    spice_server_set_zlib_glz_compression(server, atoi(argv[4]));
    spice_server_set_streaming_video(server, SPICE_STREAM_VIDEO_OFF);
    if (spice_server_init(server, &core)) return 1;
    start_display();
    puts("ready");
    fflush(stdout);
    for (;;) turn();
}
