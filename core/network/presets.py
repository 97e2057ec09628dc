"""Networks that come along: those of the lectures, and four of our own."""

from __future__ import annotations

from dataclasses import dataclass

from core.network.kind import ActivationName
from core.network.layers import (
    Activation,
    AnyLayer,
    AveragePooling,
    BatchNormalisation,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    MaxPooling,
)
from core.network.spec import NetworkSpec
from core.network.windows import PaddingName

HUTTUNEN_2016 = "H. Huttunen, Signal Interpretation, lecture 6 (2016)"
HUTTUNEN_2019 = "H. Huttunen, Pattern Recognition and Machine Learning, slide set 6 (2019)"
KULYUKIN = "V. Kulyukin, CS 5600/6600, Deep Learning and ConvNets part 2 (2020)"
LECUN = "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-Based Learning Applied to Document Recognition (1998)"
SAKR = "G. Sakr, Day 2: Deep Learning with ConvNets"


@dataclass(frozen=True)
class Preset:
    """A network with its story.

    title: for lists; story: what it is there to show, and where its source is unclear or wrong; source: who drew it;
    reported: what the source says that it reached, or an empty string.
    """

    name: str
    title: str
    story: str
    source: str
    reported: str
    network: NetworkSpec


def _conv(
    filters: int, kernel: int, activation: ActivationName = "relu", padding: PaddingName = "valid"
) -> tuple[Convolution]:
    return (Convolution(filters=filters, kernel=kernel, activation=activation, padding=padding),)


def _stage(
    filters: int, kernel: int, activation: ActivationName = "relu", padding: PaddingName = "valid"
) -> tuple[AnyLayer, ...]:
    """A convolution and the max pooling after it."""
    return *_conv(filters, kernel, activation, padding), MaxPooling(size=2)


def _normalised(filters: int, kernel: int) -> tuple[AnyLayer, ...]:
    """Convolution, max pooling, batch normalisation (whose shift stands for the bias), relu: a quarter to normalise."""
    convolution = Convolution(filters=filters, kernel=kernel, bias=False, activation="identity", initialisation="he")
    return convolution, MaxPooling(size=2), BatchNormalisation(), Activation(function="relu")


def _digits_small() -> tuple[AnyLayer, ...]:
    first, second = (
        Convolution(filters=filters, kernel=3, padding="same", initialisation="he") for filters in (16, 32)
    )
    return first, second, MaxPooling(size=2), Flatten(), Dense(units=64, initialisation="he"), _softmax(10)


def _softmax(classes: int) -> Dense:
    return Dense(units=classes, activation="softmax")


def _huttunen(dropout: bool) -> tuple[AnyLayer, ...]:
    maps, hidden = (*_conv(32, 5), *_stage(32, 5)), Dense(units=128)
    if dropout:
        return *maps, Dropout(rate=0.25), Flatten(), hidden, Dropout(rate=0.5), _softmax(10)
    return *maps, Flatten(), hidden, _softmax(10)


def _kulyukin(activation: ActivationName, *units: int) -> tuple[AnyLayer, ...]:
    dense = tuple(Dense(units=count, activation=activation) for count in units)
    return *_stage(20, 5, activation), *_stage(40, 5, activation), Flatten(), *dense, _softmax(10)


def _kulyukin_5() -> tuple[AnyLayer, ...]:
    hidden = (Dropout(), Dense(units=1000), Dropout(), Dense(units=1000), Dropout())
    return *_stage(20, 5), *_stage(40, 5), Flatten(), *hidden, _softmax(10)


def _sakr_module(filters: int) -> tuple[AnyLayer, ...]:
    return *_conv(filters, 3, padding="same"), *_stage(filters, 3), Dropout(rate=0.25)


def _sakr_deep() -> tuple[AnyLayer, ...]:
    return *_sakr_module(32), *_sakr_module(64), Flatten(), Dense(units=512), Dropout(), _softmax(10)


def _lenet_5() -> tuple[AnyLayer, ...]:
    maps = (*_conv(6, 5, "tanh", "same"), AveragePooling(), *_conv(16, 5, "tanh"), AveragePooling())
    dense = (Dense(units=120, activation="tanh"), Dense(units=84, activation="tanh"))
    return *maps, Flatten(), *dense, _softmax(10)


def _preset(
    name: str,
    title: str,
    *,
    story: str,
    source: str,
    input_shape: tuple[int] | tuple[int, int, int],
    layers: tuple[AnyLayer, ...],
    reported: str = "",
) -> Preset:
    network = NetworkSpec(name=name, input_shape=input_shape, layers=layers)
    return Preset(name, title, story, source, reported, network)


_DIGIT, _COLOUR, _BEE = (1, 28, 28), (3, 32, 32), (1, 64, 64)
_SHARED_ACTIVATION = (
    "A convolution and the max pooling after it share one activation: whether it comes before or after the pooling "
    "makes no difference, since it never falls."
)

_ALL = (
    _preset(
        "digits-small",
        "Digits, small",
        story=(
            "A first network for the 8x8 digits that come with scikit-learn: it learns them in seconds. Its "
            "weights start as He's rule says, which is made for ReLU."
        ),
        source="ConvLens",
        input_shape=(1, 8, 8),
        layers=_digits_small(),
    ),
    _preset(
        "speedrun",
        "Speedrun",
        story=(
            "Two small convolutions with batch normalisation: made to pass 99 % on MNIST in one epoch of a few seconds."
        ),
        source="ConvLens",
        input_shape=_DIGIT,
        layers=(*_normalised(16, 5), *_normalised(48, 5), Flatten(), _softmax(10)),
    ),
    _preset(
        "lenet-5",
        "LeNet-5, modern reading",
        story=(
            "The classic of 1998 as it is taught today: plain average pooling, every map of the second "
            "convolution sees all six maps before it, softmax at the end: 61,706 parameters. LeCun's own had "
            "32x32 inputs, pooling with a learned scale, shift and squashing, a second convolution whose maps "
            "each saw a chosen few of the six, and ten radial basis units as output: about 60,000 parameters."
        ),
        source=LECUN,
        reported="test error 0.95 % on MNIST (of the network of 1998, without distorted training images)",
        input_shape=_DIGIT,
        layers=_lenet_5(),
    ),
    _preset(
        "logistic-regression",
        "Logistic regression",
        story=(
            "The baseline without a hidden layer: each class is one weighted sum of the pixels. What a "
            "convolution adds is what comes on top of it."
        ),
        source=f"{HUTTUNEN_2016}; {HUTTUNEN_2019}; Deep Learning in Python part 3: Convolutional Neural Networks",
        reported="over 90 % on MNIST",
        input_shape=_DIGIT,
        layers=(Flatten(), _softmax(10)),
    ),
    _preset(
        "huttunen-2016",
        "Huttunen 2016",
        story=(
            "Two convolutions, one pooling, two dense layers, dropout: 28 to 24 to 20 to 10, and 3,200 numbers "
            "for the dense layer. The lecture says that the maps are 12x12 after pooling; its own network gives "
            "10x10. It calls the maps after pooling invariant to shifts; they are so for small ones only."
        ),
        source=HUTTUNEN_2016,
        reported=(
            "validation accuracy on MNIST by epoch 1 to 10: .9835 .9863 .9898 .9913 .9906 .9922 .9913 .9928 "
            ".9926 .9916; 31 s an epoch on a Tesla K40m, about 500 s on a CPU"
        ),
        input_shape=_DIGIT,
        layers=_huttunen(dropout=True),
    ),
    _preset(
        "huttunen-2019",
        "Huttunen 2019",
        story=(
            "The network of 2016 without its dropout layers: train both and compare how far training and "
            "validation part. The slides show the log of 2016, and still read the dense matrix from layers[5]: "
            "here it is layers[4]."
        ),
        source=HUTTUNEN_2019,
        reported="the log of 2016 is shown again",
        input_shape=_DIGIT,
        layers=_huttunen(dropout=False),
    ),
    _preset(
        "two-layer-sigmoid",
        "Two layers of sigmoids",
        story=(
            "A network for points in the plane, with a decision surface that can be watched. Its single output "
            "is the probability of the second class, which it answers above 0.5. With the lecture's plain SGD its "
            "boundary is still a straight line after 20 epochs; Adam at 0.03 bends it around the moons within ten."
        ),
        source=HUTTUNEN_2019,
        reported="0.5078 for the point (1, -2) and 0.4806 for (-3, -5), after 20 epochs",
        input_shape=(2,),
        layers=(*(Dense(units=100, activation="sigmoid"),) * 2, Dense(units=1, activation="sigmoid")),
    ),
    _preset(
        "kulyukin-shallow",
        "Kulyukin, shallow",
        story=(
            "One hidden layer of 100 sigmoids, no convolution: the start of a ladder from Nielsen's book Neural "
            "Networks and Deep Learning, chapter 6, that asks whether deeper is better."
        ),
        source=KULYUKIN,
        reported="best validation accuracy 98.00 % on MNIST",
        input_shape=_DIGIT,
        layers=(Flatten(), Dense(units=100, activation="sigmoid"), _softmax(10)),
    ),
    _preset(
        "kulyukin-1",
        "Kulyukin 1",
        story=(
            "One convolution before the hidden layer. The slides' listing uses padding 'same' without saying "
            "so (20x14x14 after pooling); the network that was reported is valid (20x12x12), and so is this "
            "one. "
            f"{_SHARED_ACTIVATION}"
        ),
        source=KULYUKIN,
        reported="98.85 % on MNIST",
        input_shape=_DIGIT,
        layers=(*_stage(20, 5, "sigmoid"), Flatten(), Dense(units=100, activation="sigmoid"), _softmax(10)),
    ),
    _preset(
        "kulyukin-2",
        "Kulyukin 2",
        story=(
            "A second convolution: each of its 40 maps of 8x8 sees all 20 maps of 12x12, but only a 5x5 patch "
            "of each. "
            f"{_SHARED_ACTIVATION}"
        ),
        source=KULYUKIN,
        reported="98.99 % on MNIST after 100 epochs",
        input_shape=_DIGIT,
        layers=_kulyukin("sigmoid", 100),
    ),
    _preset(
        "kulyukin-3",
        "Kulyukin 3",
        story=(f"Kulyukin 2 with ReLU in place of the sigmoid: are ReLUs better? {_SHARED_ACTIVATION}"),
        source=KULYUKIN,
        reported=("99.14 % on MNIST, learning rate 0.01, L2 0.1 (divided by the batches of an epoch: 2e-5 a step)"),
        input_shape=_DIGIT,
        layers=_kulyukin("relu", 100),
    ),
    _preset(
        "kulyukin-4",
        "Kulyukin 4",
        story=(f"Kulyukin 3 with a second hidden layer: is deeper better? {_SHARED_ACTIVATION}"),
        source=KULYUKIN,
        reported=("99.27 % on MNIST after 100 epochs, learning rate 0.01, L2 0.1 (divided by the batches of an epoch)"),
        input_shape=_DIGIT,
        layers=_kulyukin("relu", 100, 100),
    ),
    _preset(
        "kulyukin-5",
        "Kulyukin 5",
        story=(
            "Two hidden layers of 1,000 with dropout before each and before the output: which layers should "
            "dropout apply to? "
            f"{_SHARED_ACTIVATION}"
        ),
        source=KULYUKIN,
        reported="99.51 % on MNIST after 200 epochs, learning rate 0.03, no L2",
        input_shape=_DIGIT,
        layers=_kulyukin_5(),
    ),
    _preset(
        "sakr-lenet",
        "Sakr, LeNet",
        story=(
            "Two wide convolutions and a dense layer of 500 that holds nearly all of the 1,256,080 parameters. "
            "The slides state padding 'same' for the first stage; for the second it is our reading. They give "
            "23x23 places for a 5x5 window on 28x28 without padding and call the window's size the stride: it "
            "is 24x24, and the stride is 1."
        ),
        source=SAKR,
        reported="test loss 0.0295 and test accuracy 99.21 % on MNIST after 20 epochs",
        input_shape=_DIGIT,
        layers=(
            *_stage(20, 5, padding="same"),
            *_stage(50, 5, padding="same"),
            Flatten(),
            Dense(units=500),
            _softmax(10),
        ),
    ),
    _preset(
        "sakr-cifar-simple",
        "Sakr, CIFAR-10 simple",
        story=("One convolution for colour images; the dense layer after it holds almost all of the parameters."),
        source=SAKR,
        input_shape=_COLOUR,
        layers=(
            *_stage(32, 3, padding="same"),
            *(Dropout(rate=0.25), Flatten(), Dense(units=512), Dropout(), _softmax(10)),
        ),
    ),
    _preset(
        "sakr-cifar-deep",
        "Sakr, CIFAR-10 deep",
        story=(
            "A sequence of two modules, each of two convolutions, a pooling and a dropout: images shrink, "
            "filters keep their size, the number of maps grows. The layers' sizes are our reading of the "
            "slides' picture."
        ),
        source=SAKR,
        input_shape=_COLOUR,
        layers=_sakr_deep(),
    ),
    _preset(
        "sakr-cifar-augmented",
        "Sakr, CIFAR-10 with augmentation",
        story=(
            "The deep network again, trained on images that are rotated, scaled, flipped, zoomed and shifted in "
            "colour anew in every epoch."
        ),
        source=SAKR,
        reported="test accuracy 78.3 % on CIFAR-10 after 50 epochs",
        input_shape=_COLOUR,
        layers=_sakr_deep(),
    ),
    _preset(
        "bee-ann",
        "Bees, without convolutions",
        story=(
            "Bee or no bee on grey 64x64 images, with one hidden layer: what a network without convolutions "
            "makes of them."
        ),
        source=KULYUKIN,
        reported=(
            "validation accuracy 0.5386 and 0.5549 after epochs 1 and 2 on BEE1_gray; a saved network 0.7147 on "
            "the validation images of BEE2_1S_gray"
        ),
        input_shape=_BEE,
        layers=(Flatten(), Dense(units=128), _softmax(2)),
    ),
    _preset(
        "bee-convnet",
        "Bees, with convolutions",
        story="Our own network for the same task: with fewer parameters than the one without convolutions.",
        source="ConvLens",
        input_shape=_BEE,
        layers=(
            *_stage(16, 5, padding="same"),
            *_stage(32, 3, padding="same"),
            *_stage(64, 3, padding="same"),
            *(Flatten(), Dense(units=64), Dropout(), _softmax(2)),
        ),
    ),
)

PRESETS: dict[str, Preset] = {preset.name: preset for preset in _ALL}
