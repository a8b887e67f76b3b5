// One block of threads on one thread of the host.
#pragma once
#include "emulation.h"
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <ucontext.h>
#include <vector>

enum class State { RUNNABLE, AT_WARP, AT_BLOCK, DONE };

constexpr unsigned int LANES = 32;
constexpr std::size_t STACK = 64 << 10;

struct Fiber {
    ucontext_t context;
    std::unique_ptr<char[]> stack{new char[STACK]};
    State state;
    unsigned int thread;
    std::uint32_t word[2];
    int shuffles;
    int line;
};

/** A thread that never waits needs no fiber of its own: the next one takes its stack. */
struct Block {
    std::vector<std::unique_ptr<Fiber>> fibers;
    ucontext_t scheduler;
    Fiber *current;
    const std::function<void()> *kernel;
    unsigned int threads;
    unsigned int next;

    /** One warp goes as far as it can before the next: what lacks a barrier reads what is not there yet, or no more. */
    void run() {
        std::size_t used = 0;
        next = 0;
        while (next < threads) {
            start(used++);
        }
        while (stepOfWarp(used) || releaseAll(used)) {
        }
    }

    void start(std::size_t i) {
        if (i == fibers.size()) {
            fibers.push_back(std::make_unique<Fiber>());
        }
        Fiber &fiber = *fibers[i];
        getcontext(&fiber.context);
        fiber.context.uc_stack.ss_sp = fiber.stack.get();
        fiber.context.uc_stack.ss_size = STACK;
        fiber.context.uc_link = &scheduler;
        makecontext(&fiber.context, &Block::enter, 0);
        fiber.thread = next;
        resume(fiber);
    }

    void resume(Fiber &fiber) {
        current = &fiber;
        fiber.state = State::RUNNABLE;
        threadIdx = {fiber.thread, 0, 0};
        swapcontext(&scheduler, &fiber.context);
    }

    static void enter();

    void wait(State state) {
        current->state = state;
        swapcontext(&current->context, &scheduler);
    }

    /** Lets the first warp that can go on do so, up to its next shuffle or barrier. */
    bool stepOfWarp(std::size_t used) {
        for (std::size_t from = 0, to; from < used; from = to) {
            bool waits = false, runs = false, all = true;
            for (to = from; to < used && fibers[to]->thread / LANES == fibers[from]->thread / LANES; to++) {
                State state = fibers[to]->state;
                waits |= state == State::AT_WARP;
                runs |= state == State::RUNNABLE;
                all &= state == State::AT_WARP || state == State::DONE;
            }
            if (runs || (waits && all)) {
                for (std::size_t i = from; i < to; i++) {
                    if (fibers[i]->state == (runs ? State::RUNNABLE : State::AT_WARP)) {
                        resume(*fibers[i]);
                    }
                }
                return true;
            }
        }
        return false;
    }

    /** Opens the block's barrier when all have come; false when all are done. */
    bool releaseAll(std::size_t used) {
        std::size_t there = 0, done = 0;
        int line = 0;
        for (std::size_t i = 0; i < used; i++) {
            bool waits = fibers[i]->state == State::AT_BLOCK;
            line = waits && line == 0 ? fibers[i]->line : line;
            there += waits && fibers[i]->line == line;
            done += fibers[i]->state == State::DONE;
        }
        bool together = there == 0 || done == 0;
        if (there + done != used || !together) {
            std::fprintf(stderr, "emulation: threads of block %u wait for each other\n", blockIdx.x);
            std::abort();
        }
        for (std::size_t i = 0; i < used; i++) {
            if (fibers[i]->state == State::AT_BLOCK) {
                fibers[i]->state = State::RUNNABLE;
            }
        }
        return done != used;
    }
};
