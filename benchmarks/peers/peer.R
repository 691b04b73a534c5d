# Rscript peer.R probe
# Rscript peer.R jags|jags-glm|stan model data.R cores chains warm-up draws seed repeats out.bin parameter...
#
# A line for each chain: "chain", its core, seconds of CPU of warm-up and of draws, seconds of wall time of both. Compiling is
# in none of them. Draws go to out.bin: draw fastest, then parameter, chain, repeat.
told <- commandArgs(trailingOnly = TRUE)
program <- told[1]
if (program == "probe") {
  for (package in c("rjags", "rstan")) {
    there <- requireNamespace(package, quietly = TRUE)
    cat(package, if (there) as.character(packageVersion(package)), "\n")
  }
  quit()
}
model <- told[2]
data <- new.env()
source(told[3], local = data)
data <- as.list(data)
numbers <- as.integer(told[4:9])
cores <- numbers[1]; chains <- numbers[2]; tune <- numbers[3]; draws <- numbers[4]; seed <- numbers[5]; repeats <- numbers[6]
parameters <- told[-(1:10)]
clock <- function() {
  t <- proc.time()
  c(t[["user.self"]] + t[["sys.self"]], t[["elapsed"]])
}

if (program == "stan") {
  suppressMessages(library(rstan))
  rstan_options(auto_write = TRUE)
  if (!nzchar(rstan_options("boost_lib"))) rstan_options(boost_lib = "/usr/include") # as Debian has it
  compiled <- suppressMessages(stan_model(model))
  one <- function(chain, seed) {
    began <- clock()
    fit <- suppressWarnings(sampling(
      compiled, data, pars = parameters, chains = 1, chain_id = chain, seed = seed, cores = 1, refresh = 0,
      warmup = tune, iter = tune + draws, save_warmup = FALSE, show_messages = FALSE
    ))
    wall <- (clock() - began)[2]
    own <- get_elapsed_time(fit) # Stan's own clock (of CPU, up to 2.21), which leaves out what R does around it
    kept <- extract(fit, pars = parameters, permuted = FALSE)
    list(times = c(own[1, "warmup"], own[1, "sample"], wall), draws = matrix(kept, draws))
  }
} else {
  suppressMessages(library(rjags))
  if (program == "jags-glm") load.module("glm", quiet = TRUE)
  data <- data[vapply(names(data), function(name) any(grepl(name, readLines(model), fixed = TRUE)), TRUE)]
  one <- function(chain, seed) {
    start <- list(.RNG.name = "base::Mersenne-Twister", .RNG.seed = seed + chain)
    compiled <- jags.model(model, data, start, n.chains = 1, n.adapt = 0, quiet = TRUE)
    began <- clock()
    adapt(compiled, tune %/% 2, progress.bar = "none")
    suppressMessages(update(compiled, tune - tune %/% 2, progress.bar = "none"))
    warm <- clock()
    kept <- coda.samples(compiled, parameters, draws, progress.bar = "none")
    done <- clock()
    times <- c((warm - began)[1], (done - warm)[1], (done - began)[2])
    list(times = times, draws = as.matrix(kept[[1]])[, parameters, drop = FALSE])
  }
}

out <- file(told[10], "wb")
for (r in seq_len(repeats)) {
  done <- parallel::mclapply(seq_len(chains), one, seed = seed + 1000L * r, mc.cores = cores)
  for (chain in seq_len(chains)) {
    cat("chain", (chain - 1) %% cores, done[[chain]]$times, "\n")
    writeBin(as.double(done[[chain]]$draws), out)
  }
}
close(out)
