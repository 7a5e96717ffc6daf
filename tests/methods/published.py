"""The table of facts: what each paper's code has, where it says so, and where ours says it.

A row: method, fact, value there, source, and what reads the value here, of the paper's recipe on ``trifeature``.
Sources are files of the official repositories (CoMM: Duplums/CoMM; InfMasking: brightest66/InfMasking, which holds
CoMM, Cross and Cross+Self as well; COrAL: Caro-Ci/COrAL; FactorCL on images: Duplums/FactorCL, with the critics of
pliang279/FactorCL; ConFu: estafons/confu; PMRL: Xiaohao-Liu/PMRL; Gated Symile: TillmannRheude/gated_symile;
DisentangledSSL: uhlerlab/DisentangledSSL), or sections of papers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from coral_viz import methods, runs, tasks
from coral_viz.methods.coral import CURRICULUM
from coral_viz.tasks import view_draws


@dataclass(frozen=True)
class Fact:
    method: str
    fact: str
    value: object
    source: str
    here: Callable[[runs.RunSpec], object]

    @property
    def name(self) -> str:
        return f"{self.method}: {self.fact}"


def knob(name: str) -> Callable:
    return lambda spec: dict(spec.knobs)[name]


def dial(name: str) -> Callable:
    return lambda spec: dict(spec.dials)[name]


def budget(name: str) -> Callable:
    return lambda spec: getattr(spec.budget, name)


def widths(spec: runs.RunSpec) -> list[int]:
    method = methods.get(spec.method)
    return method.widths(method.KNOBS(**dict(spec.knobs)), 2)


def small(method: str, **more):
    """The method with its recipe, but small, on images of 32 px."""
    spec = runs.RunSpec.make(method, "trifeature-32", 0, like="paper", knobs={"dim": 32} | more)
    torch.manual_seed(0)
    return methods.build(method, tasks.load("trifeature-32", seed=0), **dict(spec.knobs))


def decayed(name: str) -> Callable:
    """Whether the parameter of this name decays in a run of this spec."""

    def read(spec: runs.RunSpec) -> bool:
        from coral_viz.training.trainable import decay_groups

        method = small(spec.method)
        groups = decay_groups(method, 1.0, spec.budget.decay)
        (wanted,) = (p for key, p in method.named_parameters() if key.endswith(name))
        return any(p is wanted for p in groups[0]["params"])

    return read


BASE, TRIFEATURES = "utils.py: set_weight_decay_per_param", "dataset/trifeatures.py: TrifeaturesDataModule"
TRAIN, PROBE = "configs/train_trifeatures.yaml", "evaluation/linear_probe.py"
FACTORCL, CRITICS = "trifeatures/trifeatures_model.py: FactorCLSSL", "critic_objectives.py: mlp"

ALIKE = [  # of the methods whose code descends from CoMM's
    Fact(method, fact, value, source, here)
    for method in ("cross", "cross_self", "comm", "infmasking", "coral")
    for fact, value, source, here in (
        ("batch size", 64, "configs/data/trifeatures.yaml: batch_size", budget("batch")),
        ("training pairs", 10_000, "configs/data/trifeatures.yaml: max_size", budget("samples")),
        ("epochs", 100, f"{TRAIN}: trainer.max_epochs", lambda spec: spec.budget.steps // (10_000 // 64)),
        ("image size", 224, f"{TRIFEATURES}: RandomResizedCrop(224)", dial("size")),
        ("convolutions as torchvision leaves them", "torch", "models/alexnet.py: AlexNetEncoder", knob("trunk")),
        ("held-out combinations at random", "random", "dataset/trifeatures.py: _split_array", dial("held_out")),
        ("drawings", "published", "dataset/trifeatures.py: _render_plain_shape, get_texture", dial("drawings")),
        ("smallest crop of a probe image", 0.5, f"{TRIFEATURES}: img_transform", dial("weak_crop")),
        ("probe: raw features, |W|, arg max", "paper", "evaluation/logistic_regression.py", budget("probe")),
        ("what decays", "tokens", BASE, budget("decay")),
    )
]

CROP = "transforms: RandomResizedCrop(scale=(0.08, 1))"
VIEWS = [
    Fact("comm", fact, value, f"{TRIFEATURES}: augment, {source}", here)
    for fact, value, source, here in (
        ("smallest crop of a view", 0.08, CROP, dial("crop")),
        ("image 1 has all augmentations", "all", "augment", dial("view_1")),
        ("image 2 has all augmentations", "all", "augment", dial("view_2")),
        ("colour jitter", (0.4, 0.4, 0.4, 0.1), "ColorJitter", lambda spec: view_draws.STRENGTH),
        ("share jittered", 0.8, "RandomApply(ColorJitter)", lambda spec: view_draws.JITTERED),
        ("share in grey", 0.2, "RandomGrayscale", lambda spec: view_draws.GREYED),
        ("share blurred", 0.5, "RandomApply(GaussianBlur)", lambda spec: view_draws.BLURRED),
        ("widths of the blur", (0.1, 2.0), "GaussianBlur", lambda spec: view_draws.SIGMA),
        ("share flipped", 0.5, "RandomHorizontalFlip", lambda spec: view_draws.FLIPPED),
    )
]

FUSED = [
    Fact(method, fact, value, source, here)
    for method in ("comm", "infmasking", "coral")
    for fact, value, source, here in (
        ("width of a token", 512, f"{TRAIN}: adapters.dim_tokens", knob("dim")),
        ("attention heads", 8, "configs/model/comm.yaml: n_heads", knob("heads")),
        ("fusion blocks", 1, "configs/model/comm.yaml: n_layers", knob("depth")),
        ("head's hidden width", 512, "configs/model/comm.yaml: projection.mlp_dim", knob("hidden")),
        ("head's output", 256, "configs/model/comm.yaml: projection.out_dim", knob("projection")),
        ("temperature", 0.1, "configs/model/comm.yaml: loss_kwargs.temperature", knob("temperature")),
        ("CLS decays", True, BASE, decayed(".cls")),
    )
]

FACTS = [
    *ALIKE,
    *VIEWS,
    *FUSED,
    Fact("cross", "images are cropped weakly, nothing else", ("crop", "crop", 0.5), f"{TRIFEATURES}: model CLIP",
         lambda spec: tuple(map(lambda name: dial(name)(spec), ("view_1", "view_2", "crop")))),
    Fact("cross", "a linear map of all tokens", "all", "models/alexnet.py: classifier", knob("pooling")),
    Fact("cross", "where the temperature starts", 0.07, "pl_modules/clip.py: logit_scale", knob("temperature")),
    Fact("cross", "projectors without bias", True, f"{TRAIN}: clip_image_projection",
         lambda spec: all(layer.bias is None for layer in small("cross").project)),
    Fact("cross", "width of each modality's embedding", [512, 512], f"{TRAIN}: clip_image_projection", widths),
    Fact("cross", "learning rate", 3e-4, f"{TRAIN}: optim.lr", budget("lr")),
    Fact("cross_self", "width of each modality's embedding", [256, 256], f"{TRAIN}: encoders.latent_dim", widths),
    Fact("cross_self", "head's hidden width", 1024, f"{TRAIN}: visual_projection.mlp_dim", knob("hidden")),
    Fact("cross_self", "head's output", 256, f"{TRAIN}: visual_projection.out_dim", knob("projection")),
    Fact("cross_self", "a linear map of all tokens", "all", "models/alexnet.py: classifier", knob("pooling")),
    Fact("cross_self", "weight of the terms within", 0.5, "losses/cross_self_loss.py: ssl_scale * 0.5",
         knob("self_weight")),
    Fact("cross_self", "across modalities, weakly cropped originals", True,
         "dataset/trifeatures.py: BimodalTrifeaturesCrossSelf", knob("originals")),
    Fact("cross_self", "temperature", 0.1, "configs/model/cross_self.yaml: temperature", knob("temperature")),
    Fact("cross_self", "learning rate", 3e-4, f"{TRAIN}: optim.lr", budget("lr")),
    Fact("comm", "learning rate", 3e-4, f"{TRAIN}: optim.lr", budget("lr")),
    Fact("comm", "weight decay", 1e-4, f"{TRAIN}: optim.weight_decay", budget("weight_decay")),
    Fact("comm", "terms are averaged", "mean", "losses/comm_loss.py", knob("reduction")),
    Fact("comm", "single modalities are views", False, "pl_modules/comm.py: forward", knob("originals")),
    Fact("comm", "width of the embedding", [512], f"{TRAIN}: adapters.dim_tokens", widths),
    Fact("comm", "probe holds test pairs out", "comm", f"{PROBE}: val_loaders=False", dial("protocol")),
    Fact("infmasking", "learning rate", 3e-4, "run_scripts/trifeatures_run.sh", budget("lr")),
    Fact("infmasking", "weight decay", 1e-4, f"{TRAIN}: optim.weight_decay", budget("weight_decay")),
    Fact("infmasking", "mask ratio", 0.7, "run_scripts/trifeatures_run.sh: mask_ratio", knob("mask_ratio")),
    Fact("infmasking", "masks", 6, "run_scripts/trifeatures_run.sh: num_mask", knob("masks")),
    Fact("infmasking", "lambda", 1.0, "run_scripts/trifeatures_run.sh: mask_lambda", knob("mask_weight")),
    Fact("infmasking", "lambda rises once an epoch", 100, "losses/infmasking_loss.py: (epoch + 1) / max_epochs",
         knob("ramp")),
    Fact("infmasking", "kept tokens are rounded in floating point", "float",
         "models/inffusion.py: int(L * (1 - ratio))", knob("kept")),
    Fact("infmasking", "mask token is cut at one std", "clipped", "models/inffusion.py: _trunc_normal_",
         knob("mask_token")),
    Fact("infmasking", "mask token decays", True, BASE, decayed("mask_token")),
    Fact("infmasking", "weight of the full term on images", 1.0, "run_scripts/trifeatures_run.sh: no weights",
         knob("full_weight")),
    Fact("infmasking", "probe holds test pairs out", "comm", f"{PROBE}: val_loaders=False", dial("protocol")),
    Fact("coral", "learning rate", 1e-4, "main_trifeature.py: optim_kwargs", budget("lr")),
    Fact("coral", "weight decay", 1e-3, "main_trifeature.py: optim_kwargs", budget("weight_decay")),
    Fact("coral", "pooling query starts at N(0, 1)", "unit", "modules/mmfusion.py: AttentionPooling", knob("query")),
    Fact("coral", "pooling query does not decay", False, BASE,
         lambda spec: any(decayed(f"pool.{m}.query")(spec) for m in (0, 1))),
    Fact("coral", "parts", [512, 256, 256], "modules/mmfusion.py: lin_layers", widths),
    Fact("coral", "orthogonality at the time of the paper", "hinge", "code of that time", knob("orthogonality")),
    Fact("coral", "weight of orthogonality", 1.0, "main_trifeature.py: ortho_weights", knob("orthogonality_weight")),
    Fact("coral", "mask ratios", (0.05, 0.35, 0.55, 0.75), "code at the time of the paper",
         lambda spec: tuple(round(share * knob("mask_ratio")(spec), 9) for share in CURRICULUM)),
    Fact("coral", "masks are asymmetric", "asymmetric", "modules/coral.py: masking=0, masking=1", knob("masking")),
    Fact("coral", "probe is fitted to the test pairs too", "coral", "main_trifeature.py: classification_scoring",
         dial("protocol")),
    Fact("factorcl", "hidden layers of a critic", 2, f"{CRITICS}, critic_layers = 1 beyond the first",
         knob("critic_layers")),
    Fact("factorcl", "their width", 512, f"{FACTORCL}: critic_hidden_dim", knob("critic_hidden")),
    Fact("factorcl", "heads", "plain", "trifeatures/trifeatures_model.py: mlp_head", knob("form")),
    Fact("factorcl", "width of each head", [4 * 512, 3 * 512, 3 * 512], f"{FACTORCL}: feat_dims", widths),
    Fact("factorcl", "learning rate", 1e-4, f"{FACTORCL}: lr", budget("lr")),
    Fact("factorcl", "learning rate of the upper bounds' critics", 1e-4, f"{FACTORCL}: lr", knob("critic_lr")),
    Fact("factorcl", "weight decay", 0.0, f"{FACTORCL}: optim.Adam", budget("weight_decay")),
    Fact("factorcl", "critics are fitted after the step", "after",
         "trifeatures/trifeatures_model.py: train_ssl_trifeatures", knob("fitted")),
    Fact("factorcl", "steps that fit them", 1, "main_trifeatures.py: num_club_iter", knob("critic_steps")),
    Fact("factorcl", "originals beside one view", True, "trifeatures/trifeatures.py: BimodalTrifeaturesFactorCL",
         knob("originals")),
    Fact("factorcl", "image 2 is never cropped strongly", "no crop", "trifeatures/trifeatures.py: augment_unique",
         dial("view_2")),
    Fact("gram", "where the temperature starts", 0.07, "official code: contra_temp", knob("temperature")),
    Fact("gram", "temperature is learned", True, "official code: contra_temp", knob("learned")),
    Fact("gram", "label smoothing", 0.1, "official code: cross_entropy(label_smoothing)", knob("label_smoothing")),
    Fact("gram", "one anchor", "first", "official code: volume_computation(language, ...)", knob("anchors")),
    Fact("triangle", "where the temperature starts", 0.07, "official code: contra_temp", knob("temperature")),
    Fact("triangle", "temperature is learned", True, "official code: contra_temp", knob("learned")),
    Fact("triangle", "one anchor", "first", "official code: area_computation(language, ...)", knob("anchors")),
    Fact("triangle", "twice the square of the area", "square", "official code: area_computation", knob("measure")),
    Fact("confu", "temperature", 0.07, "src/modules/models/confu.py: contrastive_loss", knob("temperature")),
    Fact("confu", "lambda", 0.5, "configs/multibench.yaml: lambda_", knob("fused_weight")),
    Fact("pmrl", "tau 1", 0.01, "scripts/pmrl/pretrain_pmrl.sh: tau1", knob("alignment_temperature")),
    Fact("pmrl", "tau 2", 0.1, "scripts/pmrl/pretrain_pmrl.sh: tau2", knob("temperature")),
    Fact("gated_symile", "where the gate's temperature starts", 0.7, "config/modelname/symile.yaml: gate_temp",
         knob("gate_temperature")),
    Fact("gated_symile", "where the logit of the gate's strength starts", -3.0,
         "config/modelname/symile.yaml: gate_strength_init", knob("gate_strength")),
    Fact("gated_symile", "weight of distillation", 0.1, "losses/symile.py: symile_gated", knob("distillation")),
    Fact("disentangled_ssl", "temperature", 0.07, "synthetic_task/losses.py: SupConLoss", knob("temperature")),
    Fact("disentangled_ssl", "kappa", 1000.0, "synthetic_task/step1disen.py: kappa", knob("concentration")),
    Fact("disentangled_ssl", "beta unless scanned", 0.1, "synthetic_task/step2disen.py: beta_start", knob("beta")),
]  # fmt: skip
