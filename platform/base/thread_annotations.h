// Clang thread-safety annotations under short names; nothing under other compilers.
#pragma once

#if defined(__clang__)
#define BASE_ANNOTATION(x) __attribute__((x))
#else
#define BASE_ANNOTATION(x)
#endif

#define CAPABILITY(x) BASE_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY BASE_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) BASE_ANNOTATION(guarded_by(x))
#define PT_GUARDED_BY(x) BASE_ANNOTATION(pt_guarded_by(x))
#define REQUIRES(...) BASE_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) BASE_ANNOTATION(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) BASE_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) BASE_ANNOTATION(release_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) BASE_ANNOTATION(try_acquire_capability(__VA_ARGS__))
#define ASSERT_CAPABILITY(x) BASE_ANNOTATION(assert_capability(x))
#define RETURN_CAPABILITY(x) BASE_ANNOTATION(lock_returned(x))
#define NO_THREAD_SAFETY_ANALYSIS BASE_ANNOTATION(no_thread_safety_analysis)
