//! A reading that is killed, again and again.

use std::process::{Child, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bbsetup_tests::{Story, until};
use serde_json::json;

use crate::{count, extract, files, into, is_whole, names, patched};

/// How often the reading is killed.
const KILLS: u64 = 100;
/// The most requests at once, and so the most that a kill can make to be asked again.
const IN_FLIGHT: u64 = 8;

/// Numbers that look random and are the same for the same seed.
struct Random(u64);

impl Random {
    /// A seed of this moment, or the one that is given to see a failure again.
    fn seed() -> u64 {
        let given = std::env::var("BBSETUP_TEST_SEED").ok();
        given.and_then(|seed| seed.parse().ok()).unwrap_or_else(|| {
            let since = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .expect("a clock");
            u64::from(since.subsec_nanos()) | 1
        })
    }

    /// From 1 to `most` (xorshift64*).
    fn up_to(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % most + 1
    }
}

fn start(story: &Story, folder: &str, more: &[&str]) -> Child {
    let mut arguments = vec!["extract", "--out", folder, "--json", "--budget", "none"];
    arguments.extend(more);
    let mut command = story.command(&arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the program runs")
}

/// Waits until so many requests have come in, or the program has ended by itself.
fn killed_at(story: &Story, requests: u64, mut program: Child) -> bool {
    loop {
        if let Some(ended) = program.try_wait().expect("it can be asked") {
            assert!(ended.success(), "{ended}");
            return false;
        }
        if count(story) >= requests {
            program.kill().expect("a running program");
            let ended = program.wait().expect("it is gone");
            return !ended.success();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_a_hundred_times_it_gives_what_an_undisturbed_run_gives() {
    let story = patched(
        "large",
        // Every run counts the requests of all runs before it against a limit that is told.
        json!({"bitbucket": {"scaled_limit": null}, "latency_ms": 8}),
    )
    .await;
    let undisturbed = into(&story, "undisturbed", &["--budget", "none"]).await;
    assert_eq!(undisturbed.code, 0, "{undisturbed:?}");
    let floor = count(&story);

    let seed = Random::seed();
    let mut random = Random(seed);
    let mut kills = 0;
    let mut readings = 1;
    while kills < KILLS {
        let requests = count(&story) + random.up_to(24);
        let program = start(&story, &format!("out-{readings}"), &[]);
        match killed_at(&story, requests, program) {
            true => kills += 1,
            // On a busy machine a kill comes late; the next reading takes the rest of the kills.
            false => readings += 1,
        }
    }
    let last = format!("out-{readings}");
    let ran = into(&story, &last, &["--budget", "none"]).await;
    assert_eq!(ran.code, 0, "seed {seed}: {ran:?}");
    crate::truth::compare(&story, &last, &crate::truth(&story)).await;
    for reading in 1..=readings {
        let folder = format!("out-{reading}");
        let both = files(&story, "undisturbed")
            .into_iter()
            .zip(files(&story, &folder));
        for (name, (one, other)) in crate::FILES.iter().zip(both) {
            assert!(one == other, "seed {seed}: {folder}/{name} differs");
        }
    }
    let requests = count(&story) - floor;
    assert!(
        requests >= floor * readings && requests <= floor * readings + IN_FLIGHT * KILLS,
        "seed {seed}: {requests} requests, of which {floor} are needed, {readings} times"
    );
    println!("seed {seed}: {requests} requests for {readings} times {floor}, with {KILLS} kills");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_the_files_are_written_it_writes_them_whole() {
    let story = Story::named("large").await;
    let undisturbed = into(&story, "undisturbed", &[]).await;
    assert_eq!(undisturbed.code, 0, "{undisturbed:?}");
    let seed = Random::seed();
    let mut random = Random(seed);
    let mut found = 0;
    for _ in 0..12 {
        // Each run of these has read everything but the last answer's files.
        let mut program = start(&story, "out", &["--afresh"]);
        let before = count(&story);
        until("all is asked", || {
            count(&story) >= before + 427 || program.try_wait().expect("it can be asked").is_some()
        });
        for _ in 0..random.up_to(400) {
            std::thread::yield_now();
        }
        let _gone_already = program.kill();
        program.wait().expect("it is gone");
        // What stands there is whole: of this reading or of the one before, which is the same.
        for name in crate::FILES {
            if names(&story, "out").iter().any(|held| held == name) {
                found += 1;
                assert!(
                    crate::file(&story, "out", name) == crate::file(&story, "undisturbed", name),
                    "seed {seed}: {name} is there and not whole"
                );
            }
        }
    }
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    assert!(found > 0, "seed {seed}: no file was ever there");
    assert!(
        names(&story, "out")
            .iter()
            .all(|name| crate::FILES.contains(&name.as_str()) || name.starts_with("checkpoint")),
        "seed {seed}: {:?}",
        names(&story, "out")
    );
}
